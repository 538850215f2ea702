import type { Volume, VolumeAttachment, VolumeAttachmentState } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import {
  stateOfVolume,
  type VolumeAttachment as Attachment,
  type VolumeRecord,
} from "./records.ts";
import { shownTags } from "../tags.ts";

export function describeVolume(volume: VolumeRecord): Volume {
  const { attachment, volumeId } = volume;
  return {
    VolumeId: volumeId,
    AvailabilityZone: volume.zone,
    AvailabilityZoneId: zoneNamed(volume.zone.slice(0, -1), volume.zone)?.zoneId,
    Size: volume.sizeGiB,
    VolumeType: volume.volumeType as Volume["VolumeType"],
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    SnapshotId: volume.snapshotId ?? "",
    State: stateOfVolume(volume),
    CreateTime: dateOf(volume.createdMs),
    MultiAttachEnabled: false,
    Attachments: attachment ? [describeAttachment(volumeId, attachment)] : [],
    Tags: shownTags(volume.tags),
  };
}

export function describeAttachment(
  volumeId: string,
  { instanceId, device, attachedMs, deleteOnTermination, state }: Attachment,
  State: VolumeAttachmentState = state ?? "attached",
): VolumeAttachment {
  return {
    VolumeId: volumeId,
    InstanceId: instanceId,
    Device: device,
    State,
    AttachTime: dateOf(attachedMs),
    DeleteOnTermination: deleteOnTermination,
  };
}
