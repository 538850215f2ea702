/** A root volume that is to outlive its instance becomes one like others, with the machine's files. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { InstanceRecord } from "../instances/records.ts";
import { volumes, volumeSpec, type VolumeRecord } from "./records.ts";

/** Before the machine goes, and its disk with it. Doing it twice changes nothing. */
export async function keepRoot(
  { store, compute, log }: Environment,
  scope: Scope,
  instance: InstanceRecord,
): Promise<void> {
  const { instanceId } = instance;
  const device = instance.blockDevices.find(
    ({ deviceName, deleteOnTermination }) =>
      deviceName === instance.rootDeviceName && !deleteOnTermination,
  );
  const volume =
    device && (await store.transaction((tx) => volumes.get(tx, scope, device.volumeId)));
  if (!volume || (await compute.observe(instanceId)).state === "absent") return;
  const failed = await compute.volumes
    .create({ ...volumeSpec(volume), fromRootOf: instanceId })
    .then(
      () => false,
      (error: unknown) => {
        log.error("a root volume's bytes are lost", { ...scope, instanceId, error });
        return true;
      },
    );
  await store.transaction(async (tx) => {
    const now = await volumes.get(tx, scope, volume.volumeId);
    if (!now) return;
    const { root: _root, ...rest } = now;
    const kept: VolumeRecord = { ...rest, ...(failed && { state: "error" }) };
    volumes.put(tx, scope, [volume.volumeId], kept);
  });
}
