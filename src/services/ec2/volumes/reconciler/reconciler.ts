/** Brings each volume's bytes and its place in a machine to where its record wants them. */
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { snapshots } from "../../images/records.ts";
import { instances } from "../../instances/records.ts";
import { setAttachment } from "../attachment.ts";
import { volumes, volumeSpec, type VolumeRecord } from "../records.ts";
import { planVolume, type VolumeStep } from "./plan.ts";

/** How soon a machine that has the volume mounted is asked again. */
const busyMs = 2000;

export function volumeReconciler({ store, compute, clock, log }: Environment): Reconciler {
  /** Changes the record if what the step was planned for still holds. */
  const write = (
    scope: Scope,
    planned: VolumeRecord,
    change: (tx: Transaction, volume: VolumeRecord) => void | Promise<void>,
  ) =>
    store.transaction(async (tx) => {
      const volume = await volumes.get(tx, scope, planned.volumeId);
      const same =
        volume?.state === planned.state &&
        volume?.attachment?.state === planned.attachment?.state &&
        volume?.attachment?.attachedMs === planned.attachment?.attachedMs &&
        volume?.modification?.startedMs === planned.modification?.startedMs;
      if (volume && same) await change(tx, volume);
    });
  const put = (tx: Transaction, scope: Scope, volume: VolumeRecord) =>
    volumes.put(tx, scope, [volume.volumeId], volume);
  const attachedNow = (scope: Scope, planned: VolumeRecord) =>
    write(scope, planned, (tx, volume) => {
      const { state: _under, ...attached } = volume.attachment!;
      return setAttachment(tx, scope, volume, attached);
    });
  const detachedNow = (scope: Scope, planned: VolumeRecord) =>
    write(scope, planned, (tx, volume) => setAttachment(tx, scope, volume, undefined));

  const create = async (scope: Scope, planned: VolumeRecord) => {
    const { volumeId } = planned;
    const failed = await compute.volumes.create(volumeSpec(planned)).then(
      () => false,
      (error: unknown) => {
        log.error("making a volume failed", { ...scope, volumeId, error });
        return true;
      },
    );
    await write(scope, planned, (tx, { state: _creating, from: _from, ...volume }) =>
      put(tx, scope, { ...volume, ...(failed && { state: "error" as const }) }),
    );
  };

  const modify = (scope: Scope, planned: VolumeRecord) =>
    write(scope, planned, (tx, volume) => {
      const { state, ...modification } = volume.modification!;
      const next =
        state === "modifying" ? { state: "optimizing" as const } : { endedMs: clock.now() };
      put(tx, scope, { ...volume, modification: { ...modification, ...next } });
    });

  const take = async (
    step: VolumeStep,
    scope: Scope,
    volume: VolumeRecord,
  ): Promise<ReconcileResult | void> => {
    const { volumeId, attachment } = volume;
    switch (step.do) {
      case "wait":
        return step.afterMs === undefined ? undefined : { afterMs: step.afterMs };
      case "create":
        return create(scope, volume);
      case "delete":
        await compute.volumes.delete(volumeId);
        return write(scope, volume, (tx) => volumes.delete(tx, scope, volumeId));
      case "grow":
        await compute.volumes.grow(volumeId, volumeSpec(volume).sizeBytes);
        return modify(scope, volume);
      case "complete-modification":
        return modify(scope, volume);
      case "attach":
        await compute.volumes.create(volumeSpec(volume));
        await compute.volumes.attach(attachment!.instanceId, {
          volumeId,
          deviceName: attachment!.device,
        });
        return attachedNow(scope, volume);
      case "mark-attached":
        return attachedNow(scope, volume);
      case "mark-detached":
        return detachedNow(scope, volume);
      case "detach": {
        const { force } = step;
        const outcome = await compute.volumes.detach(attachment!.instanceId, volumeId, { force });
        if (outcome === "detached") return detachedNow(scope, volume);
        if (attachment!.state !== "busy")
          await write(scope, volume, (tx, now) =>
            setAttachment(tx, scope, now, { ...now.attachment!, state: "busy" }),
          );
        return { afterMs: busyMs };
      }
    }
  };

  return {
    name: "ec2/volume",
    watches: [{ collection: volumes }],
    async reconcile(scope, id) {
      const found = await store.transaction(async (tx) => {
        const volume = await volumes.get(tx, scope, ...id);
        const instanceId = volume?.attachment?.state && volume.attachment.instanceId;
        return (
          volume && {
            volume,
            instance: instanceId ? await instances.get(tx, scope, instanceId) : undefined,
            captured: volume.state === "deleting" && (await isCaptured(tx, scope, volume)),
          }
        );
      });
      if (!found) return;
      const { volume, instance, captured } = found;
      const holder = instance && {
        state: instance.state,
        machine: (await compute.observe(instance.instanceId)).state,
      };
      return take(planVolume(volume, holder, captured), scope, volume);
    },
  };
}

async function isCaptured(tx: Transaction, scope: Scope, { volumeId }: VolumeRecord) {
  for (const snapshot of await snapshots.list(tx, scope))
    if (snapshot.state === "pending" && snapshot.volumeId === volumeId) return true;
  return false;
}
