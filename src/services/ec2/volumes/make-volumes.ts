/** The volumes that a launch makes, root and others, attached to the instance that they are for. */
import type { Transaction } from "#store/store.ts";
import type { LaunchContext } from "../context.ts";
import { newId } from "../ids.ts";
import { bytesIdOf, findSnapshot } from "../images/records.ts";
import type { InstanceBlockDevice } from "../instances/records.ts";
import type { BlockDevice } from "./block-devices.ts";
import { volumes } from "./records.ts";

export async function makeVolumes(
  tx: Transaction,
  context: LaunchContext,
  devices: readonly BlockDevice[],
  of: {
    instanceId: string;
    rootDeviceName: string;
    zone: string;
    now: number;
    tags: Record<string, string>;
  },
): Promise<InstanceBlockDevice[]> {
  const made: InstanceBlockDevice[] = [];
  for (const { deviceName, deleteOnTermination, ...facts } of devices) {
    const volumeId = newId(context.random, "vol");
    const root = deviceName === of.rootDeviceName;
    const snapshot =
      facts.snapshotId === undefined || root
        ? undefined
        : await findSnapshot(tx, context.region, facts.snapshotId);
    const from = snapshot && bytesIdOf(snapshot);
    const { instanceId, now: attachedMs } = of;
    volumes.put(tx, context, [volumeId], {
      ...facts,
      volumeId,
      zone: of.zone,
      ...(root && { root: true as const }),
      ...(from !== undefined && { state: "creating" as const, from }),
      createdMs: of.now,
      attachment: { instanceId, device: deviceName, deleteOnTermination, attachedMs },
      tags: of.tags,
    });
    made.push({ deviceName, volumeId, deleteOnTermination, attachedMs });
  }
  return made;
}
