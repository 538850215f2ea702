import type { Ec2Operations } from "../context.ts";
import { describeVolumes } from "./operations/describe-volumes.ts";

export const volumeOperations: Ec2Operations = {
  DescribeVolumes: describeVolumes,
};
