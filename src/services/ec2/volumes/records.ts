/** EBS volumes: facts. The bytes of a root volume are the machine's disk, which the driver keeps. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { tagOwner } from "../tags.ts";
import { ec2Error, invalidValueFor } from "../errors.ts";
import { hasIdForm } from "../ids.ts";

export interface VolumeAttachment {
  instanceId: string;
  device: string;
  deleteOnTermination: boolean;
  attachedMs: number;
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
  createdMs: number;
  /** The last time that it was changed. */
  modification?: VolumeModification;
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

/** What happens to an instance's volumes when it ends: some go with it, the others become available. */
export async function releaseVolumes(
  tx: Transaction,
  scope: Scope,
  volumeIds: readonly string[],
): Promise<void> {
  for (const id of volumeIds) {
    const volume = await volumes.get(tx, scope, id);
    if (!volume) continue;
    if (volume.attachment?.deleteOnTermination) volumes.delete(tx, scope, id);
    else {
      const { attachment: _gone, ...available } = volume;
      volumes.put(tx, scope, [id], available);
    }
  }
}
