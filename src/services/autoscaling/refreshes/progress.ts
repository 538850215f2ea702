/**
 * How an instance refresh goes on. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
import type { GroupRecord, MemberRecord } from "../records.ts";
import type { LaunchSettingsRecord, RefreshRecord, RefreshStatus } from "./records.ts";

const activeStatuses: readonly RefreshStatus[] = [
  "Pending",
  "InProgress",
  "Baking",
  "Cancelling",
  "RollbackInProgress",
];

export function isActive({ status }: RefreshRecord): boolean {
  return activeStatuses.includes(status);
}

/** "The instance refresh fails when nothing could be replaced for an hour." */
export const patienceMs = 3_600_000;

/** Nothing happens before this moment, unless an alarm or a user intervenes. */
export function waitsUntil({ bakeUntilMs, checkpoint, status }: RefreshRecord): number | undefined {
  if (status === "Baking") return bakeUntilMs;
  return status === "InProgress" ? checkpoint?.untilMs : undefined;
}

/**
 * How many members may be replaced in all before the refresh pauses: those of the next checkpoint. "The
 * percentage of the group that must be new instances before the checkpoint is considered reached."
 */
export function replacementLimit(refresh: RefreshRecord, nowMs: number): number {
  const { checkpoints, checkpoint, total, status } = refresh;
  if (!checkpoints || status === "RollbackInProgress") return total;
  const reached = checkpoint?.percent ?? 0;
  const waiting = checkpoint !== undefined && nowMs < checkpoint.untilMs;
  const next = checkpoints.percentages.find((percent) => percent > reached);
  const percent = waiting || next === undefined ? reached : next;
  return Math.ceil((total * percent) / 100);
}

/** The last checkpoint that so many updated members reach, if it is a new one. */
export function checkpointReached(refresh: RefreshRecord, updated: number): number | undefined {
  const { checkpoints, checkpoint, total } = refresh;
  if (!checkpoints || total === 0) return undefined;
  const percent = (updated * 100) / total;
  const reached = checkpoints.percentages.findLast((one) => one <= percent);
  return reached !== undefined && reached > (checkpoint?.percent ?? 0) ? reached : undefined;
}

/** Percent of the members that are new, healthy and warm; whole only when it is over. */
export function percentComplete({ status, total, updated }: RefreshRecord): number {
  if (status === "Successful" || status === "RollbackSuccessful" || status === "Baking") return 100;
  return total === 0 ? 0 : Math.min(99, Math.floor((updated * 100) / total));
}

/** The group with another way to launch. */
export function withSettings(group: GroupRecord, settings: LaunchSettingsRecord): GroupRecord {
  const { launchTemplate: _, launchConfigurationName: __, ...rest } = group;
  return { ...rest, ...settings };
}

export interface Change {
  refresh: RefreshRecord;
  /** What the group launches from now on, where that changes. */
  settings?: LaunchSettingsRecord;
}

/**
 * Goes back to the configuration of before: what was launched from the new one is replaced. "The
 * minimum and maximum healthy percentages are those of the refresh."
 */
export function startRollback(
  refresh: RefreshRecord,
  members: readonly MemberRecord[],
  reason: string,
  nowMs: number,
): Change {
  const previous = refresh.previous!;
  const outdated = members
    .filter(({ state }) => !state.startsWith("Terminating"))
    .filter((member) => !isFrom(member, previous))
    .map(({ id }) => id);
  const { checkpoint: _, bakeUntilMs: __, ...rest } = refresh;
  return {
    refresh: {
      ...rest,
      status: "RollbackInProgress",
      statusReason: reason,
      outdated,
      total: outdated.length,
      updated: 0,
      progressMs: nowMs,
      rollback: {
        reason,
        startMs: nowMs,
        percentComplete: percentComplete(refresh),
        left: refresh.outdated.length,
      },
    },
    settings: previous,
  };
}

function isFrom(member: MemberRecord, settings: LaunchSettingsRecord): boolean {
  if (settings.launchConfigurationName !== undefined)
    return member.launchConfigurationName === settings.launchConfigurationName;
  return (
    member.launchTemplate?.id === settings.launchTemplate?.id &&
    member.launchTemplate?.version === settings.launchTemplate?.version
  );
}

/** A refresh that cannot go on: back to what was before if that was wished for, or as it stands. */
export function fail(
  refresh: RefreshRecord,
  members: readonly MemberRecord[],
  reason: string,
  nowMs: number,
): Change {
  if (refresh.status === "RollbackInProgress")
    return {
      refresh: { ...refresh, status: "RollbackFailed", statusReason: reason, endMs: nowMs },
    };
  if (refresh.autoRollback && refresh.previous)
    return startRollback(refresh, members, reason, nowMs);
  return {
    refresh: { ...refresh, status: "Failed", statusReason: reason, endMs: nowMs },
    ...(refresh.previous && { settings: refresh.previous }),
  };
}
