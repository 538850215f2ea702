/**
 * Block device mappings: what an image offers, what a request changes, and the volumes that follow.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
 */
import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import type { SnapshotRecord } from "../images/records.ts";
import { ec2Error, invalidValueFor, missingParameter } from "../errors.ts";

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
