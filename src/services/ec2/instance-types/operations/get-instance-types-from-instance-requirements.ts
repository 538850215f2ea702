import type { Ec2Operation } from "../../context.ts";
import { pageOf } from "../../paging.ts";

/** Price protection is for whoever launches. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceTypesFromInstanceRequirements.html */
export const getInstanceTypesFromInstanceRequirements: Ec2Operation<
  "GetInstanceTypesFromInstanceRequirements"
> = async (input) => {
  const { findTypes } = await import("../find-types.ts");
  const found = findTypes(
    input.ArchitectureTypes ?? [],
    input.VirtualizationTypes ?? [],
    input.InstanceRequirements!,
  );
  const names = found.map(({ InstanceType }) => InstanceType!);
  const { items, NextToken } = pageOf(names, input, (name) => name, { least: 1, usual: 1000 });
  return { InstanceTypes: items.map((InstanceType) => ({ InstanceType })), NextToken };
};
