/**
 * Moves the bytes of snapshots: captures a machine's root volume, deletes what nobody names any
 * more; and with them images come to be available.
 */
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { images, snapshots, type ImageRecord, type SnapshotRecord } from "./records.ts";

export function snapshotReconciler({ store, compute, clock, log }: Environment): Reconciler {
  const capture = async (scope: Scope, snapshot: SnapshotRecord) => {
    const { snapshotId } = snapshot;
    const outcome = await compute
      .snapshot(snapshot.instanceId!, snapshot.machineImageId!)
      .catch((error: unknown) => ({ error }));
    const failed = "error" in outcome;
    if (failed) log.error("capturing a machine failed", { ...scope, snapshotId, ...outcome });
    await store.transaction(async (tx) => {
      const now = await snapshots.get(tx, scope, snapshotId);
      if (now?.state !== "pending") return;
      const { instanceId: _captured, ...rest } = now;
      const done: SnapshotRecord = failed
        ? { ...rest, state: "error", stateMessage: "The volume could not be captured." }
        : {
            ...rest,
            state: "completed",
            completedMs: clock.now(),
            sizeBytes: outcome.sizeBytes,
          };
      snapshots.put(tx, scope, [snapshotId], done);
      await settleImages(tx, scope, snapshotId, failed);
    });
  };

  const remove = async (scope: Scope, { snapshotId, machineImageId }: SnapshotRecord) => {
    const shared = await store.transaction((tx) => isShared(tx, snapshotId, machineImageId));
    if (machineImageId !== undefined && !shared) await compute.deleteImage(machineImageId);
    await store.transaction(async (tx) => snapshots.delete(tx, scope, snapshotId));
  };

  return {
    name: "ec2/snapshot",
    watches: [{ collection: snapshots }],
    async reconcile(scope, id) {
      const snapshot = await store.transaction((tx) => snapshots.get(tx, scope, ...id));
      if (snapshot?.state === "pending") await capture(scope, snapshot);
      if (snapshot?.state === "deleting") await remove(scope, snapshot);
    },
  };
}

/** Images of this root snapshot are available now, or failed; instances reboot where that was asked for. */
async function settleImages(
  tx: Transaction,
  scope: Scope,
  snapshotId: string,
  failed: boolean,
): Promise<void> {
  for (const image of await images.list(tx, scope)) {
    if (image.state !== "pending") continue;
    if (!image.blockDevices.some((device) => device.snapshotId === snapshotId)) continue;
    const { rebootsInstanceId, ...settled } = image;
    const done: ImageRecord = failed
      ? {
          ...settled,
          state: "failed",
          stateReason: {
            code: "Client.InternalError",
            message: "Client.InternalError: The root volume could not be captured.",
          },
        }
      : { ...settled, state: "available" };
    images.put(tx, scope, [image.imageId], done);
    const instance = rebootsInstanceId && (await instances.get(tx, scope, rebootsInstanceId));
    if (instance && instance.state === "running")
      changeInstance(tx, scope, instance, { rebootsWanted: instance.machine.rebootsDone + 1 });
  }
}

async function isShared(
  tx: Transaction,
  snapshotId: string,
  machineImageId: string | undefined,
): Promise<boolean> {
  for (const scope of await listScopes(tx))
    for (const other of await snapshots.list(tx, scope))
      if (other.snapshotId !== snapshotId && other.machineImageId === machineImageId) return true;
  return false;
}
