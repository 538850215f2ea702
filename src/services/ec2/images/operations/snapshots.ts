import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { selectByIds } from "../../ids.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { volumeNotFound, volumes } from "../../volumes/records.ts";
import { describeSnapshot, progressOf } from "../describe.ts";
import { snapshotOf } from "../make-snapshot.ts";
import {
  images,
  isForeignSnapshot,
  snapshotNotFound,
  snapshots,
  visibleSnapshots,
  type SnapshotRecord,
} from "../records.ts";

export const createSnapshot: Ec2Operation<"CreateSnapshot"> = async (input, context) => {
  if (input.Location === "local" || input.OutpostArn) throw unsupportedParameter("Location");
  const tags = tagsFor("snapshot", input.TagSpecifications, context.principal);
  const snapshot = await context.store.transaction(async (tx) => {
    const volume = await volumes.get(tx, context, input.VolumeId!);
    if (!volume) throw volumeNotFound(input.VolumeId!);
    return snapshotOf(tx, context, volume, { description: input.Description ?? "", tags });
  });
  // Nothing is told of the progress yet, and tags are shown though there are none.
  return { ...describeSnapshot(snapshot), Progress: "", Tags: shownTags(tags) ?? [] };
};

export const deleteSnapshot: Ec2Operation<"DeleteSnapshot"> = async (input, context) => {
  const snapshotId = input.SnapshotId!;
  await context.store.transaction(async (tx) => {
    const snapshot = await snapshots.get(tx, context, snapshotId);
    if (!snapshot || snapshot.state === "deleting") throw snapshotNotFound(snapshotId);
    const user = (await images.list(tx, context)).find((image) =>
      image.blockDevices.some((device) => device.snapshotId === snapshotId),
    );
    if (user)
      throw ec2Error(
        "InvalidSnapshot.InUse",
        `The snapshot ${snapshotId} is currently in use by ${user.imageId}`,
      );
    snapshots.put(tx, context, [snapshotId], { ...snapshot, state: "deleting" });
  });
  return {};
};

const filters: FilterTable<SnapshotRecord> = {
  description: (snapshot) => snapshot.description,
  encrypted: (snapshot) => snapshot.encrypted,
  "kms-key-id": (snapshot) => snapshot.kmsKeyId,
  "owner-alias": () => undefined,
  "owner-id": (snapshot) => snapshot.ownerId,
  progress: progressOf,
  "snapshot-id": (snapshot) => snapshot.snapshotId,
  "start-time": (snapshot) => filterTime(snapshot.startedMs),
  status: (snapshot) => snapshot.state,
  "storage-tier": () => "standard",
  "transfer-type": () => "standard",
  "volume-id": (snapshot) => snapshot.volumeId,
  "volume-size": (snapshot) => snapshot.sizeGiB,
};

/** Own snapshots, those shared with the account, and public ones. */
export const describeSnapshots: Ec2Operation<"DescribeSnapshots"> = async (input, context) => {
  refuseIdsWithPages(input.SnapshotIds, input, "snapshotsSet");
  const { account } = context;
  const { visible, ids } = await context.store.transaction(async (tx) => ({
    visible: await visibleSnapshots(tx, context),
    ids: await withoutForeign(tx, context, input.SnapshotIds),
  }));
  if (input.SnapshotIds?.length && ids?.length === 0) return { Snapshots: [] };
  const wanted = selectByIds(visible, ids, (snapshot) => snapshot.snapshotId, {
    prefix: "snap",
    malformedCode: "InvalidSnapshotID.Malformed",
    notFound: (ids) => snapshotNotFound(ids[0]!),
  })
    .filter(
      ({ ownerId }) =>
        !input.OwnerIds?.length ||
        input.OwnerIds.some((owner) => ownerId === (owner === "self" ? account : owner)),
    )
    .filter(
      ({ ownerId, public: open, sharedWith }) =>
        !input.RestorableByUserIds?.length ||
        input.RestorableByUserIds.some((who) => {
          const id = who === "self" ? account : who;
          return who === "all" ? open : ownerId === id || sharedWith?.includes(id);
        }),
    );
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, filters, (snapshot) => snapshot.tags),
    input,
    (snapshot) => snapshot.snapshotId,
  );
  return { Snapshots: items.map(describeSnapshot), NextToken };
};

/**
 * "If you specify a snapshot ID for which you do not have access, it is not included in the returned
 * results." https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
 */
async function withoutForeign(
  tx: Transaction,
  scope: Scope,
  ids: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (!ids) return undefined;
  const left: string[] = [];
  for (const id of ids) if (!(await isForeignSnapshot(tx, scope, id))) left.push(id);
  return left;
}
