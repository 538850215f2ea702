/** EBS volumes: facts. The bytes of a root volume are the machine's disk, which the driver keeps. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { tagOwner } from "../tags.ts";
import { ec2Error } from "../errors.ts";

export interface VolumeAttachment {
  instanceId: string;
  device: string;
  deleteOnTermination: boolean;
  attachedMs: number;
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
  /** Undefined: the volume is available. */
  attachment?: VolumeAttachment;
  tags: Tags;
}

export const volumes = collection<VolumeRecord>("ec2", "volume");

export const volumeNotFound = (id: string) =>
  ec2Error("InvalidVolume.NotFound", `The volume '${id}' does not exist.`);

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
