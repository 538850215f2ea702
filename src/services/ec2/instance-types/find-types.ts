/** The instance types that have the attributes asked for. Import it when first needed, as the catalog. */
import type { InstanceRequirementsRequest, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { unsupportedParameter } from "../errors.ts";
import { instanceTypeNamed, instanceTypeNames } from "./catalog.ts";
import { meetsRequirements } from "./requirements.ts";

/** In order of name. */
export function findTypes(
  architectures: readonly string[],
  virtualizations: readonly string[],
  requirements: InstanceRequirementsRequest,
): InstanceTypeInfo[] {
  if (requirements.BaselinePerformanceFactors)
    throw unsupportedParameter("InstanceRequirements.BaselinePerformanceFactors");
  return instanceTypeNames
    .map((name) => instanceTypeNamed(name)!)
    .filter(
      (info) =>
        info.ProcessorInfo?.SupportedArchitectures?.some((one) => architectures.includes(one)) &&
        info.SupportedVirtualizationTypes?.some((one) => virtualizations.includes(one)) &&
        meetsRequirements(info, requirements),
    );
}
