import type { VolumeModification as AwsModification } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { ec2Error, invalidParameterValue, unsupportedParameter } from "../../errors.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { volumeFacts } from "../block-devices.ts";
import {
  findVolume,
  volumes,
  type VolumeModification,
  type VolumeRecord,
  type VolumeShape,
} from "../records.ts";

/**
 * "You can modify a volume up to four times within a rolling 24-hour period."
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
 */
const mostModifications = 4;
const dayMs = 24 * 3_600_000;
/** "If you change the volume type to io1, io2, or gp3, the default is 3,000." */
const defaultIops = 3000;

type Modified = VolumeRecord & Required<Pick<VolumeRecord, "modification">>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html */
export const modifyVolume: Ec2Operation<"ModifyVolume"> = async (input, context) => {
  if (input.MultiAttachEnabled) throw unsupportedParameter("MultiAttachEnabled");
  const volume = await context.store.transaction(async (tx): Promise<Modified> => {
    const {
      modification,
      modifiedMs = [],
      ...present
    } = await findVolume(tx, context, input.VolumeId!);
    const nowMs = context.clock.now();
    const recentMs = modifiedMs.filter((startedMs) => nowMs - startedMs < dayMs);
    checkRate(present.volumeId, modification, recentMs);
    const { iops, throughput, ...rest } = present;
    const sizeGiB = input.Size ?? present.sizeGiB;
    if (sizeGiB < present.sizeGiB)
      throw invalidParameterValue("New size cannot be smaller than existing size");
    const volumeType = input.VolumeType ?? present.volumeType;
    // What another type offers by itself is not carried over to it; gp2's follows from its size.
    const keeps = volumeType === present.volumeType && volumeType !== "gp2";
    const facts = volumeFacts({
      sizeGiB,
      volumeType,
      iops: input.Iops ?? (keeps ? iops : volumeType.startsWith("io") ? defaultIops : undefined),
      throughput: input.Throughput ?? (keeps ? throughput : undefined),
      encrypted: present.encrypted,
      kmsKeyId: present.kmsKeyId,
      snapshotId: present.snapshotId,
    });
    const changed: VolumeModification = {
      startedMs: nowMs,
      original: shapeOf(present),
      target: shapeOf(facts),
      state: "modifying",
    };
    const record = {
      ...rest,
      ...facts,
      modification: changed,
      modifiedMs: [...recentMs, nowMs],
    };
    volumes.put(tx, context, [present.volumeId], record);
    return record;
  });
  return { VolumeModification: describe(volume) };
};

function checkRate(
  volumeId: string,
  last: VolumeModification | undefined,
  recentMs: readonly number[],
): void {
  if (last?.state)
    throw ec2Error(
      "IncorrectModificationState",
      `Volume ${volumeId} is currently in modification state '${last.state}'. It can be modified again once the modification is completed.`,
    );
  if (recentMs.length >= mostModifications)
    throw ec2Error(
      "VolumeModificationRateExceeded",
      `You've reached the maximum modification rate per volume limit. A volume can be modified ${mostModifications} times within 24 hours; ${volumeId} can be modified again at ${dateOf(recentMs[0]! + dayMs).toISOString()}.`,
    );
}

function shapeOf({ sizeGiB, volumeType, iops, throughput }: VolumeShape): VolumeShape {
  return {
    sizeGiB,
    volumeType,
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughput }),
  };
}

const filters: FilterTable<Modified> = {
  "modification-state": ({ modification }) => modification.state ?? "completed",
  "original-iops": ({ modification }) => modification.original.iops,
  "original-size": ({ modification }) => modification.original.sizeGiB,
  "original-volume-type": ({ modification }) => modification.original.volumeType,
  originalMultiAttachEnabled: () => false,
  "start-time": ({ modification }) => filterTime(modification.startedMs),
  "target-iops": ({ modification }) => modification.target.iops,
  "target-size": ({ modification }) => modification.target.sizeGiB,
  "target-volume-type": ({ modification }) => modification.target.volumeType,
  targetMultiAttachEnabled: () => false,
  "volume-id": ({ volumeId }) => volumeId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumesModifications.html */
export const describeVolumesModifications: Ec2Operation<"DescribeVolumesModifications"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction(async (tx) => {
    const ids = input.VolumeIds;
    if (!ids?.length) return volumes.list(tx, context);
    return Promise.all(ids.map((id) => findVolume(tx, context, id)));
  });
  const modified = all.filter((volume): volume is Modified => volume.modification !== undefined);
  const named = all.find((volume) => !volume.modification);
  if (input.VolumeIds?.length && named)
    throw ec2Error(
      "InvalidVolumeModification.NotFound",
      `Modification for volume '${named.volumeId}' does not exist.`,
    );
  const { items, NextToken } = pageOf(
    applyFilters(modified, input.Filters, filters),
    input,
    ({ volumeId }) => volumeId,
  );
  return {
    VolumesModifications: items.map(describe),
    NextToken,
  };
};

function describe({ volumeId, modification }: Modified): AwsModification {
  const { startedMs, endedMs, original, target, state = "completed" } = modification;
  return {
    VolumeId: volumeId,
    ModificationState: state,
    // Growing is one step here: either it is done or not.
    Progress: state === "modifying" ? 0 : 100,
    ...(state === "completed" && { EndTime: dateOf(endedMs ?? startedMs) }),
    StartTime: dateOf(startedMs),
    OriginalSize: original.sizeGiB,
    OriginalVolumeType: original.volumeType as AwsModification["OriginalVolumeType"],
    OriginalIops: original.iops,
    OriginalThroughput: original.throughput,
    OriginalMultiAttachEnabled: false,
    TargetSize: target.sizeGiB,
    TargetVolumeType: target.volumeType as AwsModification["TargetVolumeType"],
    TargetIops: target.iops,
    TargetThroughput: target.throughput,
    TargetMultiAttachEnabled: false,
  };
}
