import type { Ec2Operations } from "../context.ts";
import { describeInstanceTypeOfferings } from "./operations/describe-instance-type-offerings.ts";
import { getInstanceTypesFromInstanceRequirements } from "./operations/get-instance-types-from-instance-requirements.ts";
import { describeInstanceTypes } from "./operations/describe-instance-types.ts";

export const instanceTypeOperations: Ec2Operations = {
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
  GetInstanceTypesFromInstanceRequirements: getInstanceTypesFromInstanceRequirements,
};
