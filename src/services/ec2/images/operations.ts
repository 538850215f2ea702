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
import { registerImage } from "./operations/register-image.ts";
import { createSnapshot, deleteSnapshot, describeSnapshots } from "./operations/snapshots.ts";

export const imageOperations: Ec2Operations = {
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
