import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterValue, missingParameter } from "../../errors.ts";
import { sharingBlock } from "../public-access.ts";
import { snapshotNotFound, snapshots, visibleSnapshot, type SnapshotRecord } from "../records.ts";
import { changeSharing, describeSharing, type Sharing } from "../sharing.ts";

async function ownSnapshot(
  tx: Transaction,
  context: Ec2Context,
  snapshotId: string,
): Promise<SnapshotRecord> {
  const snapshot = await snapshots.get(tx, context, snapshotId);
  if (snapshot && snapshot.state !== "deleting") return snapshot;
  const found = await visibleSnapshot(tx, context, snapshotId);
  if (found.ownerId !== context.account)
    throw ec2Error("AuthFailure", `Not authorized for snapshot:${snapshotId}`, 403);
  throw snapshotNotFound(snapshotId);
}

const sharingOf = (snapshot: SnapshotRecord): Sharing => ({
  public: snapshot.public ?? false,
  accounts: snapshot.sharedWith ?? [],
});

function share(tx: Transaction, context: Ec2Context, snapshot: SnapshotRecord, to: Sharing): void {
  const { public: _open, sharedWith: _accounts, ...rest } = snapshot;
  snapshots.put(tx, context, [snapshot.snapshotId], {
    ...rest,
    ...(to.public && { public: true }),
    ...(to.accounts.length > 0 && { sharedWith: [...to.accounts] }),
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html */
export const modifySnapshotAttribute: Ec2Operation<"ModifySnapshotAttribute"> = async (
  input,
  context,
) => {
  if (input.Attribute === "productCodes")
    throw invalidParameterValue("The attribute productCodes cannot be modified.");
  await context.store.transaction(async (tx) => {
    const snapshot = await ownSnapshot(tx, context, input.SnapshotId!);
    const before = sharingOf(snapshot);
    const after = changeSharing(before, {
      permission: input.CreateVolumePermission,
      OperationType: input.OperationType,
      UserIds: input.UserIds,
      groups: input.GroupNames,
    });
    if (!after) throw missingParameter("CreateVolumePermission");
    if (after.public && snapshot.encrypted)
      throw ec2Error(
        "OperationNotPermitted",
        "Encrypted snapshots with EBS default key cannot be shared",
      );
    if (after.public && !before.public && (await sharingBlock(tx, context, "snapshot")))
      throw ec2Error(
        "OperationNotPermitted",
        "You can't publicly share this snapshot because block public access for snapshots is enabled for this account and Region.",
      );
    share(tx, context, snapshot, after);
  });
  return {};
};

export const resetSnapshotAttribute: Ec2Operation<"ResetSnapshotAttribute"> = async (
  input,
  context,
) => {
  if (input.Attribute !== "createVolumePermission")
    throw invalidParameterValue(`The attribute ${String(input.Attribute)} cannot be reset.`);
  await context.store.transaction(async (tx) => {
    const snapshot = await ownSnapshot(tx, context, input.SnapshotId!);
    share(tx, context, snapshot, { public: false, accounts: [] });
  });
  return {};
};

export const describeSnapshotAttribute: Ec2Operation<"DescribeSnapshotAttribute"> = async (
  input,
  context,
) => {
  const snapshot = await context.store.transaction((tx) =>
    ownSnapshot(tx, context, input.SnapshotId!),
  );
  const { snapshotId: SnapshotId } = snapshot;
  return input.Attribute === "productCodes"
    ? { SnapshotId, ProductCodes: [] }
    : { SnapshotId, CreateVolumePermissions: describeSharing(sharingOf(snapshot)) };
};
