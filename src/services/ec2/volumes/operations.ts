import type { Ec2Operations } from "../context.ts";
import { deleteVolume } from "./operations/delete-volume.ts";
import { describeVolumes } from "./operations/describe-volumes.ts";

export const volumeOperations: Ec2Operations = {
  DeleteVolume: deleteVolume,
  DescribeVolumes: describeVolumes,
};
