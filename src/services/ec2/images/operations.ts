import type { Ec2Operations } from "../context.ts";
import { copyImage } from "./operations/copy-image.ts";
import { copySnapshot } from "./operations/copy-snapshot.ts";
import { createImage } from "./operations/create-image.ts";
import { createSnapshots } from "./operations/create-snapshots.ts";
import { deregisterImage } from "./operations/deregister-image.ts";
import { describeImages } from "./operations/describe-images.ts";
import {
  describeImageAttribute,
  modifyImageAttribute,
  resetImageAttribute,
} from "./operations/image-attributes.ts";
import {
  describeFastSnapshotRestores,
  disableFastSnapshotRestores,
  enableFastSnapshotRestores,
} from "./operations/fast-snapshot-restores.ts";
import {
  cancelImageLaunchPermission,
  disableImage,
  disableImageDeprecation,
  disableImageDeregistrationProtection,
  enableImage,
  enableImageDeprecation,
  enableImageDeregistrationProtection,
} from "./operations/image-life.ts";
import {
  disableImageBlockPublicAccess,
  disableSnapshotBlockPublicAccess,
  enableImageBlockPublicAccess,
  enableSnapshotBlockPublicAccess,
  getImageBlockPublicAccessState,
  getSnapshotBlockPublicAccessState,
} from "./operations/public-access.ts";
import {
  describeSnapshotAttribute,
  modifySnapshotAttribute,
  resetSnapshotAttribute,
} from "./operations/snapshot-attributes.ts";
import { registerImage } from "./operations/register-image.ts";
import { createSnapshot, deleteSnapshot, describeSnapshots } from "./operations/snapshots.ts";

export const imageOperations: Ec2Operations = {
  CancelImageLaunchPermission: cancelImageLaunchPermission,
  DescribeFastSnapshotRestores: describeFastSnapshotRestores,
  DescribeSnapshotAttribute: describeSnapshotAttribute,
  DisableFastSnapshotRestores: disableFastSnapshotRestores,
  DisableImage: disableImage,
  DisableImageBlockPublicAccess: disableImageBlockPublicAccess,
  DisableImageDeprecation: disableImageDeprecation,
  DisableImageDeregistrationProtection: disableImageDeregistrationProtection,
  DisableSnapshotBlockPublicAccess: disableSnapshotBlockPublicAccess,
  EnableFastSnapshotRestores: enableFastSnapshotRestores,
  EnableImage: enableImage,
  EnableImageBlockPublicAccess: enableImageBlockPublicAccess,
  EnableImageDeprecation: enableImageDeprecation,
  EnableImageDeregistrationProtection: enableImageDeregistrationProtection,
  EnableSnapshotBlockPublicAccess: enableSnapshotBlockPublicAccess,
  GetImageBlockPublicAccessState: getImageBlockPublicAccessState,
  GetSnapshotBlockPublicAccessState: getSnapshotBlockPublicAccessState,
  ModifySnapshotAttribute: modifySnapshotAttribute,
  ResetSnapshotAttribute: resetSnapshotAttribute,
  CopyImage: copyImage,
  CopySnapshot: copySnapshot,
  CreateImage: createImage,
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  DeleteSnapshot: deleteSnapshot,
  DeregisterImage: deregisterImage,
  DescribeImageAttribute: describeImageAttribute,
  DescribeImages: describeImages,
  DescribeSnapshots: describeSnapshots,
  ModifyImageAttribute: modifyImageAttribute,
  RegisterImage: registerImage,
  ResetImageAttribute: resetImageAttribute,
};
