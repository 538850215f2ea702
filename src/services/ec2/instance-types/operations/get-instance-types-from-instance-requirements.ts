import type { Ec2Operation } from "../../context.ts";
import { pageOf } from "../../paging.ts";
import { meetsRequirements } from "../requirements.ts";

/** Price protection is for whoever launches. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceTypesFromInstanceRequirements.html */
export const getInstanceTypesFromInstanceRequirements: Ec2Operation<
  "GetInstanceTypesFromInstanceRequirements"
> = async (input) => {
  const { instanceTypeNames, instanceTypeNamed } = await import("../catalog.ts");
  const architectures: readonly string[] = input.ArchitectureTypes ?? [];
  const virtualizations: readonly string[] = input.VirtualizationTypes ?? [];
  const names = instanceTypeNames.filter((name) => {
    const info = instanceTypeNamed(name)!;
    return (
      info.ProcessorInfo?.SupportedArchitectures?.some((one) => architectures.includes(one)) &&
      info.SupportedVirtualizationTypes?.some((one) => virtualizations.includes(one)) &&
      meetsRequirements(info, input.InstanceRequirements!)
    );
  });
  const { items, NextToken } = pageOf(names, input, (name) => name, { least: 1, usual: 1000 });
  return { InstanceTypes: items.map((InstanceType) => ({ InstanceType })), NextToken };
};
