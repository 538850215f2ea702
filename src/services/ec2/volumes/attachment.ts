/** A volume's attachment stands in two records, the volume's and its instance's; both change here. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { changeInstance, instances, type InstanceBlockDevice } from "../instances/records.ts";
import { volumes, type VolumeAttachment, type VolumeRecord } from "./records.ts";

/** Writes how far the attachment is; undefined when the volume is the instance's no more. */
export async function setAttachment(
  tx: Transaction,
  scope: Scope,
  volume: VolumeRecord,
  attachment: VolumeAttachment | undefined,
): Promise<void> {
  const { attachment: before, ...rest } = volume;
  const { volumeId } = volume;
  volumes.put(tx, scope, [volumeId], { ...rest, ...(attachment && { attachment }) });
  const instanceId = (attachment ?? before)?.instanceId;
  const instance = instanceId && (await instances.get(tx, scope, instanceId));
  if (!instance) return;
  const blockDevices = instance.blockDevices.flatMap((device): InstanceBlockDevice[] => {
    if (device.volumeId !== volumeId) return [device];
    if (!attachment) return [];
    const { status: _before, ...settled } = device;
    const status = attachment.state === "busy" ? "detaching" : attachment.state;
    return [{ ...settled, ...(status && { status }) }];
  });
  changeInstance(tx, scope, instance, { blockDevices });
}
