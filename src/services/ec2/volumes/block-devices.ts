/**
 * Block device mappings: what an image offers, what a request changes, and the volumes that follow.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
 */
import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import type { SnapshotRecord } from "../images/records.ts";
import { ec2Error, invalidParameterValue, invalidValueFor, missingParameter } from "../errors.ts";

/** One EBS volume as an image or a request describes it. */
export interface BlockDevice {
  deviceName: string;
  sizeGiB: number;
  volumeType: string;
  iops?: number;
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
  snapshotId?: string;
  deleteOnTermination: boolean;
}

/** GiB, least and most. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
const sizes: Record<string, readonly [number, number]> = {
  gp2: [1, 16_384],
  gp3: [1, 65_536],
  io1: [4, 16_384],
  io2: [4, 65_536],
  st1: [125, 16_384],
  sc1: [125, 16_384],
  standard: [1, 1024],
};

/** The image's mappings with a request's changes: by device name, NoDevice takes one away. */
export function mergeBlockDevices(
  image: readonly BlockDevice[],
  requested: readonly BlockDeviceMapping[] | undefined,
  snapshots: ReadonlyMap<string, Pick<SnapshotRecord, "sizeGiB" | "encrypted">> = new Map(),
): BlockDevice[] {
  const devices = new Map(image.map((device) => [device.deviceName, device]));
  for (const mapping of requested ?? []) {
    if (!mapping.DeviceName) throw missingParameter("DeviceName");
    // "To omit the device from the block device mapping, specify an empty string."
    if (mapping.NoDevice) throw ec2Error("InvalidRequest", "The request received was invalid");
    if (mapping.NoDevice !== undefined) devices.delete(mapping.DeviceName);
    // AWS, too, passes over instance store volumes that the instance type does not have.
    else if (mapping.VirtualName !== undefined) continue;
    else {
      if (!mapping.Ebs) throw missingParameter("ebs");
      const before = devices.get(mapping.DeviceName);
      const snapshot = snapshots.get(mapping.Ebs.SnapshotId ?? "");
      devices.set(
        mapping.DeviceName,
        blockDevice(mapping.DeviceName, mapping.Ebs, before, snapshot),
      );
    }
  }
  return [...devices.values()];
}

function blockDevice(
  deviceName: string,
  ebs: NonNullable<BlockDeviceMapping["Ebs"]>,
  before: BlockDevice | undefined,
  snapshot: Pick<SnapshotRecord, "sizeGiB" | "encrypted"> | undefined,
): BlockDevice {
  // A snapshot of the request's own takes the place of the image's.
  const from = before && snapshot ? { ...before, ...snapshot } : before;
  const volumeType = ebs.VolumeType ?? from?.volumeType ?? "gp2";
  const leastGiB = snapshot?.sizeGiB ?? from?.sizeGiB;
  const sizeGiB = ebs.VolumeSize ?? leastGiB;
  const snapshotId = ebs.SnapshotId ?? from?.snapshotId;
  if (sizeGiB === undefined) throw missingParameter(snapshotId ? "size" : "size/snapshot");
  if (leastGiB !== undefined && sizeGiB < leastGiB)
    throw ec2Error(
      "InvalidBlockDeviceMapping",
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshotId ?? ""}', expect size>= ${leastGiB}GB`,
    );
  const sameType = from?.volumeType === volumeType;
  return {
    deviceName,
    ...volumeFacts({
      sizeGiB,
      volumeType,
      iops: ebs.Iops ?? (sameType ? from.iops : undefined),
      throughput: ebs.Throughput ?? (sameType ? from.throughput : undefined),
      encrypted: ebs.Encrypted ?? snapshot?.encrypted ?? from?.encrypted ?? false,
      kmsKeyId: ebs.KmsKeyId ?? from?.kmsKeyId,
      snapshotId,
    }),
    deleteOnTermination: ebs.DeleteOnTermination ?? from?.deleteOnTermination ?? true,
  };
}

interface VolumeRequest {
  sizeGiB: number;
  volumeType: string;
  iops: number | undefined;
  throughput: number | undefined;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  snapshotId: string | undefined;
}

export type VolumeFacts = Omit<BlockDevice, "deviceName" | "deleteOnTermination">;

/**
 * IOPS, least, most and most per GiB. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
 */
const iopsRules: Record<string, readonly [number, number, number]> = {
  gp3: [3000, 80_000, 500],
  io1: [100, 64_000, 50],
  io2: [100, 256_000, 1000],
};
/** MiB/s of gp3, and most per IOPS. */
const throughputRules = { least: 125, most: 2000, perIops: 0.25 };

function checkPerformance({ sizeGiB, volumeType, iops, throughput }: VolumeRequest): void {
  const rule = iopsRules[volumeType];
  if (!rule) return;
  const [least, most, perGiB] = rule;
  if (iops !== undefined) {
    if (iops < least)
      throw invalidParameterValue(`Volume iops of ${iops} is too low; minimum is ${least}.`);
    if (iops > most)
      throw invalidParameterValue(`Volume iops of ${iops} is too high; maximum is ${most}.`);
    // What every gp3 volume has for nothing, it has in any size.
    if (iops > perGiB * sizeGiB && !(volumeType === "gp3" && iops === least))
      throw invalidParameterValue(
        `Iops to volume size ratio of ${(iops / sizeGiB).toFixed(6)} is too high; maximum is ${perGiB}`,
      );
  }
  if (throughput === undefined) return;
  const { least: slowest, most: fastest, perIops } = throughputRules;
  if (throughput < slowest || throughput > fastest)
    throw invalidParameterValue(
      `Throughput of ${throughput} MiBps is too ${throughput < slowest ? "low; minimum" : "high; maximum"} is ${throughput < slowest ? slowest : fastest} MiBps.`,
    );
  const ratio = throughput / (iops ?? least);
  if (ratio > perIops)
    throw invalidParameterValue(
      `Throughput (MiBps) to iops ratio of ${ratio.toFixed(6)} is too high; maximum is ${perIops.toFixed(6)} MiBps per iops`,
    );
}

/** Checks a volume's size, type and performance and fills in what AWS sets by itself. */
export function volumeFacts(request: VolumeRequest): VolumeFacts {
  const { sizeGiB, volumeType, encrypted, kmsKeyId, snapshotId } = request;
  const range = sizes[volumeType];
  if (!range) throw invalidValueFor("volumeType", volumeType);
  if (sizeGiB < range[0] || sizeGiB > range[1])
    throw ec2Error(
      "InvalidParameterValue",
      `Volume of ${sizeGiB}GiB is not valid for type '${volumeType}'; it must be between ${range[0]}GiB and ${range[1]}GiB.`,
    );
  const provisioned = volumeType === "io1" || volumeType === "io2";
  if (provisioned && request.iops === undefined)
    throw missingParameter(`iops for ${volumeType} volumes`);
  if (request.iops !== undefined && !provisioned && volumeType !== "gp3")
    throw ec2Error(
      "InvalidParameterCombination",
      `The parameter iops is not supported for ${volumeType} volumes.`,
    );
  if (request.throughput !== undefined && volumeType !== "gp3")
    throw ec2Error(
      "InvalidParameterCombination",
      `The parameter throughput is not supported for ${volumeType} volumes.`,
    );
  checkPerformance(request);
  const iops =
    volumeType === "gp2" ? Math.min(16_000, Math.max(100, 3 * sizeGiB)) : (request.iops ?? 3000);
  return {
    sizeGiB,
    volumeType,
    encrypted: encrypted || kmsKeyId !== undefined,
    ...((volumeType === "gp2" || volumeType === "gp3" || provisioned) && { iops }),
    ...(volumeType === "gp3" && { throughput: request.throughput ?? 125 }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(snapshotId !== undefined && { snapshotId }),
  };
}
