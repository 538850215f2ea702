import type { BlockDeviceMapping, Image as AwsImage, Snapshot } from "@aws-sdk/client-ec2";
import { dateOf, isoMillis } from "#runtime/date.ts";
import type { BlockDevice } from "../volumes/block-devices.ts";
import type { Image, SnapshotRecord } from "./records.ts";
import { shownTags } from "../tags.ts";

export function creationDate(image: Image): string {
  return image.creationDate ?? isoMillis(image.createdMs);
}

export function describeImage(image: Image): AwsImage {
  return {
    ImageId: image.imageId,
    Name: image.name,
    Description: image.description,
    ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    ImageOwnerAlias: image.ownerAlias,
    OwnerId: image.ownerId,
    State: image.state,
    StateReason: image.stateReason && {
      Code: image.stateReason.code,
      Message: image.stateReason.message,
    },
    CreationDate: creationDate(image),
    Public: image.public,
    Architecture: image.architecture as AwsImage["Architecture"],
    ImageType: "machine",
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    BlockDeviceMappings: image.blockDevices.map(describeBlockDevice),
    EnaSupport: true,
    Hypervisor: "xen",
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: "ebs",
    SriovNetSupport: "simple",
    VirtualizationType: "hvm",
    BootMode: image.bootMode as AwsImage["BootMode"],
    ImdsSupport: image.imdsSupport as AwsImage["ImdsSupport"],
    SourceInstanceId: image.sourceInstanceId,
    SourceImageId: image.sourceImageId,
    SourceImageRegion: image.sourceImageRegion,
    DeregistrationProtection: protectionOf(image),
    DeprecationTime: image.deprecatedMs === undefined ? undefined : isoMillis(image.deprecatedMs),
    Tags: shownTags(image.tags),
  };
}

/** What DescribeImages tells: whether a wish for protection stands. */
export function protectionOf({ protection, protectedUntilMs }: Image): string {
  return protection === undefined || protectedUntilMs !== undefined ? "disabled" : protection;
}

export function describeBlockDevice(device: BlockDevice): BlockDeviceMapping {
  return {
    DeviceName: device.deviceName,
    Ebs: {
      DeleteOnTermination: device.deleteOnTermination,
      SnapshotId: device.snapshotId,
      VolumeSize: device.sizeGiB,
      VolumeType: device.volumeType as "gp3",
      Iops: device.iops,
      Throughput: device.throughput,
      Encrypted: device.encrypted,
      KmsKeyId: device.kmsKeyId,
    },
  };
}

/** "40%" */
export function progressOf({ state, progress = 0 }: SnapshotRecord): string {
  return `${state === "completed" || state === "deleting" ? 100 : progress}%`;
}

export function describeSnapshot(snapshot: SnapshotRecord): Snapshot {
  const { state } = snapshot;
  return {
    SnapshotId: snapshot.snapshotId,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGiB,
    FullSnapshotSizeInBytes: snapshot.sizeBytes,
    OwnerId: snapshot.ownerId,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    State: state === "deleting" ? "completed" : state,
    StateMessage: snapshot.stateMessage,
    Progress: progressOf(snapshot),
    StartTime: dateOf(snapshot.startedMs),
    CompletionTime: snapshot.completedMs === undefined ? undefined : dateOf(snapshot.completedMs),
    StorageTier: "standard",
    Tags: shownTags(snapshot.tags),
  };
}
