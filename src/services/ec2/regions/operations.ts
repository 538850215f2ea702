import type { Ec2Operations } from "../context.ts";
import { describeAccountAttributes } from "./operations/describe-account-attributes.ts";
import { describeAvailabilityZones } from "./operations/describe-availability-zones.ts";
import { describeRegions } from "./operations/describe-regions.ts";

export const regionOperations: Ec2Operations = {
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeRegions: describeRegions,
};
