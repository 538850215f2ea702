/** EBS volumes. The driver keeps their bytes; those of a root volume are its machine's own disk. */
import type { MachineVolume, VolumeSpec } from "#compute/volumes/volume-driver.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { tagOwner } from "../tags.ts";
import { ec2Error, invalidValueFor } from "../errors.ts";
import { hasIdForm } from "../ids.ts";
import type { InstanceRecord } from "../instances/records.ts";

export interface VolumeAttachment {
  instanceId: string;
  device: string;
  deleteOnTermination: boolean;
  attachedMs: number;
  /** What is under way; undefined: attached. "busy": the machine has it mounted. */
  state?: "attaching" | "detaching" | "busy";
  /** It goes though the machine has it mounted. */
  forced?: true;
}

/** What a modification changes. */
export interface VolumeShape {
  sizeGiB: number;
  volumeType: string;
  iops?: number;
  throughput?: number;
}

export interface VolumeModification {
  startedMs: number;
  original: VolumeShape;
  target: VolumeShape;
  /** Undefined: completed. */
  state?: "modifying" | "optimizing";
  endedMs?: number;
}

export interface VolumeRecord {
  volumeId: string;
  zone: string;
  sizeGiB: number;
  volumeType: string;
  iops?: number;
  /** MiB/s; gp3 only. */
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
  snapshotId?: string;
  /** What is under way with its bytes; undefined: available or in use. */
  state?: "creating" | "deleting" | "error";
  /** While creating: under which id the driver keeps the bytes that it starts with. */
  from?: string;
  /** Its bytes are a machine's own disk, not the volume's. */
  root?: true;
  /** AWS keeps this setting and lets I/O go on by itself; here it never stops for want of it. */
  autoEnableIo?: boolean;
  createdMs: number;
  /** The last time that it was changed. */
  modification?: VolumeModification;
  /** When its modifications of the last day began, the oldest first. */
  modifiedMs?: readonly number[];
  /** Undefined: the volume is available. */
  attachment?: VolumeAttachment;
  tags: Tags;
}

export const volumes = collection<VolumeRecord>("ec2", "volume");

export const volumeNotFound = (id: string) =>
  ec2Error("InvalidVolume.NotFound", `The volume '${id}' does not exist.`);

/** Throws InvalidParameterValue for what is no volume's id, or InvalidVolume.NotFound. */
export async function findVolume(
  tx: Transaction,
  scope: Scope,
  volumeId: string,
): Promise<VolumeRecord> {
  if (!hasIdForm(volumeId, "vol"))
    throw invalidValueFor("volumeId", volumeId, "Expected: 'vol-...'.");
  const found = await volumes.get(tx, scope, volumeId);
  if (!found) throw volumeNotFound(volumeId);
  return found;
}

export const volumeTags = tagOwner({
  resourceType: "volume",
  prefix: "vol",
  records: volumes,
  notFound: volumeNotFound,
});

export function stateOfVolume({ state, attachment }: VolumeRecord) {
  return state ?? (attachment ? "in-use" : "available");
}

const gibibyte = 1024 ** 3;

/** The volume as the driver makes it. */
export function volumeSpec({ volumeId, sizeGiB, from }: VolumeRecord): VolumeSpec {
  return { id: volumeId, sizeBytes: sizeGiB * gibibyte, ...(from !== undefined && { from }) };
}

/** The volumes besides the root that an instance's machine is to have, with what they are made of. */
export async function dataVolumes(
  tx: Transaction,
  scope: Scope,
  instance: Pick<InstanceRecord, "instanceId" | "rootDeviceName" | "blockDevices">,
): Promise<{ spec: VolumeSpec; machineVolume: MachineVolume }[]> {
  const found = [];
  for (const { deviceName, volumeId } of instance.blockDevices) {
    if (deviceName === instance.rootDeviceName) continue;
    const volume = await volumes.get(tx, scope, volumeId);
    const state = volume?.attachment?.state;
    if (!volume || state === "detaching" || state === "busy") continue;
    found.push({ spec: volumeSpec(volume), machineVolume: { volumeId, deviceName } });
  }
  return found;
}

/** What happens to an instance's volumes when it ends: some go with it, the others become available. */
export async function releaseVolumes(
  tx: Transaction,
  scope: Scope,
  volumeIds: readonly string[],
): Promise<void> {
  for (const id of volumeIds) {
    const volume = await volumes.get(tx, scope, id);
    if (!volume) continue;
    if (volume.attachment?.deleteOnTermination) {
      const { attachment: _gone, ...rest } = volume;
      volumes.put(tx, scope, [id], { ...rest, state: "deleting" });
    } else {
      const { attachment: _gone, ...available } = volume;
      volumes.put(tx, scope, [id], available);
    }
  }
}
