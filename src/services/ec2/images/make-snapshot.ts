/** Making snapshots of volumes and copies of snapshots, as records; the reconciler moves the bytes. */
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Ec2Context } from "../context.ts";
import { newId } from "../ids.ts";
import { instances } from "../instances/records.ts";
import type { VolumeRecord } from "../volumes/records.ts";
import { snapshots, type SnapshotRecord } from "./records.ts";

/** Of a root volume it is the machine's disk that is captured. */
export async function snapshotOf(
  tx: Transaction,
  context: Ec2Context,
  volume: VolumeRecord,
  { description, tags }: { description: string; tags: Tags },
): Promise<SnapshotRecord> {
  const snapshotId = newId(context.random, "snap");
  const nowMs = context.clock.now();
  const instanceId = await rootOf(tx, context, volume);
  const record: SnapshotRecord = {
    snapshotId,
    ownerId: context.account,
    volumeId: volume.volumeId,
    sizeGiB: volume.sizeGiB,
    description,
    encrypted: volume.encrypted,
    ...(volume.kmsKeyId !== undefined && { kmsKeyId: volume.kmsKeyId }),
    startedMs: nowMs,
    state: "pending",
    ...(instanceId === undefined
      ? { blocksId: snapshotId }
      : { instanceId, machineImageId: snapshotId }),
    tags,
  };
  snapshots.put(tx, context, [snapshotId], record);
  return record;
}

/** A snapshot with the same bytes, in the caller's account and region; `region` is the source's. */
export function copyOf(
  tx: Transaction,
  context: Ec2Context,
  source: SnapshotRecord,
  {
    description,
    tags,
    region,
    lacksKey = false,
  }: { description: string; tags: Tags; region: string; lacksKey?: boolean },
): SnapshotRecord {
  const snapshotId = newId(context.random, "snap");
  const nowMs = context.clock.now();
  const record: SnapshotRecord = {
    snapshotId,
    ownerId: context.account,
    // AWS gives copies an arbitrary volume id that names nothing.
    volumeId: "vol-ffffffff",
    copiedFrom: { snapshotId: source.snapshotId, region },
    sizeGiB: source.sizeGiB,
    description,
    encrypted: source.encrypted,
    ...(source.kmsKeyId !== undefined && { kmsKeyId: source.kmsKeyId }),
    startedMs: nowMs,
    // AWS finds out after its answer that there is no such key.
    ...(lacksKey
      ? { state: "error" as const, stateMessage: "Given key ID is not accessible" }
      : { state: "completed" as const, completedMs: nowMs }),
    ...(source.machineImageId !== undefined && { machineImageId: source.machineImageId }),
    ...(source.blocksId !== undefined && { blocksId: source.blocksId }),
    ...(source.sizeBytes !== undefined && { sizeBytes: source.sizeBytes }),
    tags,
  };
  snapshots.put(tx, context, [snapshotId], record);
  return record;
}

/** The instance whose root the volume is, when it has a machine. */
async function rootOf(
  tx: Transaction,
  context: Ec2Context,
  { attachment }: VolumeRecord,
): Promise<string | undefined> {
  if (!attachment) return undefined;
  const instance = await instances.get(tx, context, attachment.instanceId);
  return instance?.rootDeviceName === attachment.device ? instance.instanceId : undefined;
}
