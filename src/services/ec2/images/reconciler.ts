/**
 * Moves the bytes of snapshots: captures volumes, deletes what nobody names any more; and with them
 * images come to be available.
 */
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { volumes, volumeSpec } from "../volumes/records.ts";
import { bytesIdOf, images, snapshots, type ImageRecord, type SnapshotRecord } from "./records.ts";

/** A snapshot's progress is written down in steps of so many percent. */
const progressStep = 10;
/** Volumes that are being made of a snapshot keep it from going. */
const inUseMs = 1000;

export function snapshotReconciler({ store, compute, clock, log }: Environment): Reconciler {
  const captureVolume = async (
    scope: Scope,
    { snapshotId, volumeId, blocksId }: SnapshotRecord,
  ) => {
    const volume = await store.transaction((tx) => volumes.get(tx, scope, volumeId));
    if (!volume) throw new Error(`there is no volume ${volumeId}`);
    // One that was never attached has had no bytes up to now.
    await compute.volumes.create(volumeSpec(volume));
    let told = 0;
    const progress = (part: number) => {
      const percent = Math.floor((part * 100) / progressStep) * progressStep;
      if (percent <= told || percent >= 100) return;
      told = percent;
      clock
        .track(
          store.transaction(async (tx) => {
            const now = await snapshots.get(tx, scope, snapshotId);
            if (now?.state === "pending")
              snapshots.put(tx, scope, [snapshotId], { ...now, progress: percent });
          }),
        )
        .catch((error: unknown) => log.error("a snapshot's progress is lost", { error }));
    };
    return compute.volumes.snapshot(volumeId, blocksId!, progress);
  };

  const capture = async (scope: Scope, snapshot: SnapshotRecord) => {
    const { snapshotId } = snapshot;
    const captured =
      snapshot.blocksId === undefined
        ? compute.snapshot(snapshot.instanceId!, snapshot.machineImageId!)
        : captureVolume(scope, snapshot);
    const outcome = await captured.catch((error: unknown) => ({ error }));
    const failed = "error" in outcome;
    if (failed) log.error("capturing a volume failed", { ...scope, snapshotId, ...outcome });
    await store.transaction(async (tx) => {
      const now = await snapshots.get(tx, scope, snapshotId);
      if (now?.state !== "pending") return;
      const { instanceId: _captured, progress: _done, ...rest } = now;
      const done: SnapshotRecord = failed
        ? { ...rest, state: "error", stateMessage: "The volume could not be captured." }
        : {
            ...rest,
            state: "completed",
            completedMs: clock.now(),
            sizeBytes: outcome.sizeBytes,
          };
      snapshots.put(tx, scope, [snapshotId], done);
      await settleImages(tx, scope, snapshotId);
    });
  };

  const remove = async (
    scope: Scope,
    snapshot: SnapshotRecord,
  ): Promise<ReconcileResult | void> => {
    const { snapshotId, machineImageId, blocksId } = snapshot;
    const needed = await store.transaction((tx) => whoNeeds(tx, snapshot));
    if (needed === "volume") return { afterMs: inUseMs };
    if (needed === undefined && machineImageId !== undefined)
      await compute.deleteImage(machineImageId);
    if (needed === undefined && blocksId !== undefined) {
      await compute.volumes.deleteSnapshot(blocksId);
      // What machines started from where an image had it as its root.
      await compute.deleteImage(blocksId);
    }
    await store.transaction(async (tx) => snapshots.delete(tx, scope, snapshotId));
  };

  return {
    name: "ec2/snapshot",
    watches: [{ collection: snapshots }],
    async reconcile(scope, id) {
      const snapshot = await store.transaction((tx) => snapshots.get(tx, scope, ...id));
      if (snapshot?.state === "pending") await capture(scope, snapshot);
      if (snapshot?.state === "deleting") return remove(scope, snapshot);
    },
  };
}

/** Images all of whose snapshots are taken are available; instances reboot where that was asked for. */
async function settleImages(tx: Transaction, scope: Scope, snapshotId: string): Promise<void> {
  for (const image of await images.list(tx, scope)) {
    if (image.state !== "pending") continue;
    if (!image.blockDevices.some((device) => device.snapshotId === snapshotId)) continue;
    const states = new Set<SnapshotRecord["state"] | undefined>();
    for (const device of image.blockDevices)
      if (device.snapshotId !== undefined)
        states.add((await snapshots.get(tx, scope, device.snapshotId))?.state);
    const failed = states.has("error");
    if (!failed && states.has("pending")) continue;
    const { rebootsInstanceId, ...settled } = image;
    const done: ImageRecord = failed
      ? {
          ...settled,
          state: "failed",
          stateReason: {
            code: "Client.InternalError",
            message: "Client.InternalError: A volume could not be captured.",
          },
        }
      : { ...settled, state: "available" };
    images.put(tx, scope, [image.imageId], done);
    const instance = rebootsInstanceId && (await instances.get(tx, scope, rebootsInstanceId));
    if (instance && instance.state === "running")
      changeInstance(tx, scope, instance, { rebootsWanted: instance.machine.rebootsDone + 1 });
  }
}

/** A copy has the same bytes for good, a volume that is being made of them for a while. */
async function whoNeeds(
  tx: Transaction,
  snapshot: SnapshotRecord,
): Promise<"copy" | "volume" | undefined> {
  const bytes = bytesIdOf(snapshot);
  if (bytes === undefined) return undefined;
  let copied = false;
  for (const scope of await listScopes(tx)) {
    for (const volume of await volumes.list(tx, scope)) if (volume.from === bytes) return "volume";
    for (const other of await snapshots.list(tx, scope))
      copied ||= other.snapshotId !== snapshot.snapshotId && bytesIdOf(other) === bytes;
  }
  return copied ? "copy" : undefined;
}
