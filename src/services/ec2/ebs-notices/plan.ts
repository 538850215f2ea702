/**
 * What EBS has to tell EventBridge of a volume or a snapshot: a pure decision from its record and what
 * was told before. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
 */
import { isoSeconds } from "#runtime/date.ts";
import type { SnapshotRecord } from "../images/records.ts";
import type { VolumeRecord } from "../volumes/records.ts";

export interface Notice {
  detailType: "EBS Volume Notification" | "EBS Snapshot Notification";
  /** Whose event it is, where that is not the record's own account. */
  account?: string;
  resource: string;
  detail: Record<string, string>;
}

export interface Planned<Told> {
  notices: Notice[];
  /** What has been told then; undefined when nothing needs to be remembered any more. */
  told: Told | undefined;
}

interface Place {
  account: string;
  region: string;
}

export interface ToldVolume {
  /** Of its last modification, when it began and how far it was told. */
  modification?: string;
}

/** `volume` is undefined when it is gone. */
export function planVolumeNotices(
  { account, region }: Place,
  volumeId: string,
  volume: VolumeRecord | undefined,
  told: ToldVolume | undefined,
): Planned<ToldVolume> {
  const notices: Notice[] = [];
  const tell = (event: string, result: string, cause = "") =>
    notices.push({
      detailType: "EBS Volume Notification",
      resource: `arn:aws:ec2:${region}:${account}:volume/${volumeId}`,
      detail: { result, cause, event, "request-id": "" },
    });
  if (!volume) {
    if (told) tell("deleteVolume", "deleted");
    return { notices, told: undefined };
  }
  if (volume.state === "creating") return { notices, told };
  if (!told) {
    if (volume.state === "error") tell("createVolume", "failed", "The volume could not be made.");
    else tell("createVolume", "available");
  }
  const { modification } = volume;
  if (!modification || modification.state === "modifying") return { notices, told: told ?? {} };
  const begun = `${modification.startedMs} optimizing`;
  const ended = `${modification.startedMs} completed`;
  if (told?.modification !== begun && told?.modification !== ended)
    tell("modifyVolume", "optimizing");
  if (modification.state !== undefined) return { notices, told: { modification: begun } };
  if (told?.modification !== ended) tell("modifyVolume", "completed");
  return { notices, told: { modification: ended } };
}

export interface ToldSnapshot {
  sharedWith: string[];
}

export function planSnapshotNotices(
  { account, region }: Place,
  snapshot: SnapshotRecord | undefined,
  told: ToldSnapshot | undefined,
): Planned<ToldSnapshot> {
  if (!snapshot || snapshot.state === "deleting") return { notices: [], told: undefined };
  if (snapshot.state === "pending") return { notices: [], told };
  const { snapshotId, volumeId, copiedFrom, sharedWith = [], startedMs } = snapshot;
  // As AWS's documentation writes them: the region stands where an account would.
  const snapshotArn = `arn:aws:ec2::${region}:snapshot/${snapshotId}`;
  const times = {
    startTime: isoSeconds(startedMs),
    endTime: isoSeconds(snapshot.completedMs ?? startedMs),
  };
  const notices: Notice[] = [];
  const tell = (detail: Record<string, string>, given?: { account: string }) =>
    notices.push({
      detailType: "EBS Snapshot Notification",
      resource: snapshotArn,
      detail: { cause: "", "request-id": "", snapshot_id: snapshotArn, ...times, ...detail },
      ...given,
    });
  const outcome: Record<string, string> =
    snapshot.state === "completed"
      ? { result: "succeeded" }
      : { result: "failed", cause: snapshot.stateMessage ?? "" };
  if (!told && copiedFrom)
    tell({
      event: "copySnapshot",
      ...outcome,
      source: `arn:aws:ec2::${copiedFrom.region}:snapshot/${copiedFrom.snapshotId}`,
      ...(snapshot.state === "completed" && { incremental: "false", transferType: "standard" }),
    });
  else if (!told)
    tell({
      event: "createSnapshot",
      ...outcome,
      source: `arn:aws:ec2::${region}:volume/${volumeId}`,
    });
  for (const other of sharedWith)
    if (!told?.sharedWith.includes(other))
      tell({ event: "shareSnapshot", result: "succeeded", source: account }, { account: other });
  return { notices, told: { sharedWith: [...sharedWith] } };
}
