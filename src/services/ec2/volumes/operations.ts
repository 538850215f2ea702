import type { Ec2Operations } from "../context.ts";
import { attachVolume } from "./operations/attach-volume.ts";
import { createVolume } from "./operations/create-volume.ts";
import { deleteVolume } from "./operations/delete-volume.ts";
import { describeVolumes } from "./operations/describe-volumes.ts";
import { detachVolume } from "./operations/detach-volume.ts";
import { describeVolumeStatus } from "./operations/describe-volume-status.ts";
import {
  describeVolumeAttribute,
  enableVolumeIO,
  modifyVolumeAttribute,
} from "./operations/volume-attributes.ts";
import {
  getEbsDefaultKmsKeyId,
  modifyEbsDefaultKmsKeyId,
  resetEbsDefaultKmsKeyId,
  disableEbsEncryptionByDefault,
  enableEbsEncryptionByDefault,
  getEbsEncryptionByDefault,
} from "./operations/encryption-by-default.ts";
import { describeVolumesModifications, modifyVolume } from "./operations/modify-volume.ts";

export const volumeOperations: Ec2Operations = {
  DescribeVolumeAttribute: describeVolumeAttribute,
  DescribeVolumeStatus: describeVolumeStatus,
  EnableVolumeIO: enableVolumeIO,
  GetEbsDefaultKmsKeyId: getEbsDefaultKmsKeyId,
  ModifyEbsDefaultKmsKeyId: modifyEbsDefaultKmsKeyId,
  ModifyVolumeAttribute: modifyVolumeAttribute,
  ResetEbsDefaultKmsKeyId: resetEbsDefaultKmsKeyId,
  AttachVolume: attachVolume,
  CreateVolume: createVolume,
  DeleteVolume: deleteVolume,
  DescribeVolumes: describeVolumes,
  DescribeVolumesModifications: describeVolumesModifications,
  DetachVolume: detachVolume,
  DisableEbsEncryptionByDefault: disableEbsEncryptionByDefault,
  EnableEbsEncryptionByDefault: enableEbsEncryptionByDefault,
  GetEbsEncryptionByDefault: getEbsEncryptionByDefault,
  ModifyVolume: modifyVolume,
};
