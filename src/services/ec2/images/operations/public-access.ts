import type { Ec2Operation } from "../../context.ts";
import { setSharingBlock, sharingBlock } from "../public-access.ts";

/** https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html */
export const enableSnapshotBlockPublicAccess: Ec2Operation<
  "EnableSnapshotBlockPublicAccess"
> = async (input, context) => {
  const State = input.State as "block-all-sharing" | "block-new-sharing";
  await context.store.transaction(async (tx) => setSharingBlock(tx, context, "snapshot", State));
  return { State };
};

export const disableSnapshotBlockPublicAccess: Ec2Operation<
  "DisableSnapshotBlockPublicAccess"
> = async (_input, context) => {
  await context.store.transaction(async (tx) =>
    setSharingBlock(tx, context, "snapshot", undefined),
  );
  return { State: "unblocked" };
};

export const getSnapshotBlockPublicAccessState: Ec2Operation<
  "GetSnapshotBlockPublicAccessState"
> = async (_input, context) => {
  const state = await context.store.transaction((tx) => sharingBlock(tx, context, "snapshot"));
  return { State: state ?? "unblocked", ManagedBy: "account" };
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html */
export const enableImageBlockPublicAccess: Ec2Operation<"EnableImageBlockPublicAccess"> = async (
  _input,
  context,
) => {
  const State = "block-new-sharing" as const;
  await context.store.transaction(async (tx) => setSharingBlock(tx, context, "image", State));
  return { ImageBlockPublicAccessState: State };
};

export const disableImageBlockPublicAccess: Ec2Operation<"DisableImageBlockPublicAccess"> = async (
  _input,
  context,
) => {
  await context.store.transaction(async (tx) => setSharingBlock(tx, context, "image", undefined));
  return { ImageBlockPublicAccessState: "unblocked" };
};

export const getImageBlockPublicAccessState: Ec2Operation<
  "GetImageBlockPublicAccessState"
> = async (_input, context) => {
  const state = await context.store.transaction((tx) => sharingBlock(tx, context, "image"));
  return {
    ImageBlockPublicAccessState: state ? "block-new-sharing" : "unblocked",
    ManagedBy: "account",
  };
};
