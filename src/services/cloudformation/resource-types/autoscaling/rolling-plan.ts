/** The next step of a rolling update, decided from what the group looks like. Asks nobody. */
import { isoDuration } from "../iso-duration.ts";
import { ResourceFailure, type Properties, type ReceivedSignal } from "../resource-type.ts";

/** "If an instance doesn't transition to the InService state within a fixed time limit (currently 1 hour)". */
const longestStartMs = 60 * 60_000;
/** "The maximum is one hour." */
const longestPauseMs = 60 * 60_000;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html */
export interface RollingPolicy {
  maxBatchSize: number;
  minInService: number;
  /** Of the desired capacity, how much must be in service; what is not within an hour is given up. */
  activePercent: number;
  successPercent: number;
  pauseMs: number;
  waitOnSignals: boolean;
  suspendProcesses: string[];
}

export function readRollingPolicy(policy: Properties | undefined): RollingPolicy | undefined {
  const rolling = policy?.["AutoScalingRollingUpdate"] as Properties | undefined;
  if (!rolling) return undefined;
  const waitOnSignals = String(rolling["WaitOnResourceSignals"] ?? false) === "true";
  const pause = String(rolling["PauseTime"] ?? (waitOnSignals ? "PT5M" : "PT0S"));
  const pauseMs = isoDuration(pause);
  if (pauseMs === undefined || pauseMs > longestPauseMs)
    throw new ResourceFailure(
      `Invalid PauseTime ${pause}: it must be an ISO 8601 duration of at most PT1H`,
    );
  return {
    maxBatchSize: Number(rolling["MaxBatchSize"] ?? 1),
    minInService: Number(rolling["MinInstancesInService"] ?? 0),
    successPercent: Number(rolling["MinSuccessfulInstancesPercent"] ?? 100),
    activePercent: Number(rolling["MinActiveInstancesPercent"] ?? 100),
    pauseMs,
    waitOnSignals,
    suspendProcesses: (rolling["SuspendProcesses"] ?? []) as string[],
  };
}

/** What is remembered between steps. */
export interface RollingProgress {
  /** Instances that run the old configuration and are still to go. */
  obsolete: string[];
  total: number;
  /** Instances that were there before, so that the others are new. */
  old: string[];
  /** Instances ended in the batch that is under way. */
  ending: string[];
  /** When the last step was taken that instances were launched for. */
  steppedMs?: number;
  /** When the batch's new instances were all in service, or were first expected. */
  batchMs?: number;
  /** New instances whose signals, or whose pause, are behind us. */
  accepted: string[];
  failed: number;
  /** The group's own sizes, to be put back at the end. */
  desired: number;
  maxSize: number;
}

export interface GroupMember {
  id: string;
  inService: boolean;
}

export type RollingStep =
  | { do: "wait" }
  | { do: "finish" }
  | { do: "fail"; reason: string }
  | { do: "grow"; desired: number }
  /** New instances answered: they are accepted and the batch is over. */
  | { do: "accept"; ids: string[]; failed: number; messages: string[] }
  | { do: "terminate"; ids: string[]; shrink: boolean; message: string };

export interface RollingView {
  policy: RollingPolicy;
  progress: RollingProgress;
  members: readonly GroupMember[];
  desired: number;
  signals: readonly ReceivedSignal[];
  now: number;
}

export function nextRollingStep(view: RollingView): RollingStep {
  const { policy, progress, members, desired } = view;
  const there = new Set(members.map(({ id }) => id));
  const pending = judgeNewcomers(view);
  if (pending) return pending;
  const obsolete = progress.obsolete.filter((id) => there.has(id));
  if (obsolete.length === 0)
    return members.filter(({ inService }) => inService).length >=
      Math.min(desired, progress.desired)
      ? { do: "finish" }
      : (untilActive(view) ?? { do: "finish" });
  if (members.length < desired || !members.every(({ inService }) => inService)) {
    const waiting = untilActive(view);
    if (waiting) return waiting;
  }
  const batch = Math.min(policy.maxBatchSize, obsolete.length);
  const spare = desired - policy.minInService;
  // Without room below the group's size it grows for the time of the update.
  if (spare < 1) {
    const grown = Math.min(progress.maxSize, desired + batch);
    if (grown <= desired)
      return {
        do: "fail",
        reason: "MinInstancesInService must be less than the autoscaling group's MaxSize",
      };
    return { do: "grow", desired: grown };
  }
  const ids = obsolete.slice(0, Math.min(batch, spare));
  const left = obsolete.length - ids.length;
  // What the group grew by goes away with the last batch.
  const shrink = left === 0 && desired - ids.length >= progress.desired;
  const replaced = shrink ? 0 : ids.length;
  return {
    do: "terminate",
    ids,
    shrink,
    message: `Terminating instance(s) [${ids.join(",")}]; replacing with ${replaced} new instance(s).`,
  };
}

/** Waits for instances on their way for as long as that is worth it; then enough of the others will do. */
function untilActive({
  policy,
  progress,
  members,
  desired,
  now,
}: RollingView): RollingStep | undefined {
  if (now - (progress.steppedMs ?? now) < longestStartMs) return { do: "wait" };
  const active = members.filter(({ inService }) => inService).length;
  if (active >= Math.ceil((desired * policy.activePercent) / 100)) return undefined;
  return {
    do: "fail",
    reason: `${active} of ${desired} instance(s) are in service. Unable to satisfy ${policy.activePercent}% MinActiveInstancesPercent requirement`,
  };
}

/** Waits until new instances are in service and have signalled, or have paused long enough. */
function judgeNewcomers(view: RollingView): RollingStep | undefined {
  const { policy, progress, members, desired, signals, now } = view;
  const known = new Set([...progress.old, ...progress.accepted]);
  const fresh = members.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return undefined;
  if (members.length < desired) {
    const waiting = untilActive(view);
    if (waiting) return waiting;
  }
  const ids = fresh.map(({ id }) => id);
  const startedMs = progress.batchMs ?? now;
  if (!policy.waitOnSignals) {
    if (!fresh.every(({ inService }) => inService)) {
      const waiting = untilActive(view);
      if (waiting) return waiting;
    }
    return now - startedMs < policy.pauseMs
      ? { do: "wait" }
      : { do: "accept", ids, failed: 0, messages: [] };
  }
  const received = signals.filter(({ uniqueId }) => ids.includes(uniqueId));
  const late = now - startedMs >= policy.pauseMs;
  if (received.length < ids.length && !late) return { do: "wait" };
  const silent = ids.length - received.length;
  const failures = received.filter(({ status }) => status === "FAILURE").length + silent;
  const allowed = progress.total - Math.ceil((progress.total * policy.successPercent) / 100);
  if (progress.failed + failures > allowed)
    return {
      do: "fail",
      reason:
        silent > 0
          ? `Failed to receive ${silent} resource signal(s) for the current batch. Each resource signal timeout is counted as a FAILURE.`
          : `Received ${failures} FAILURE signal(s) out of ${ids.length}. Unable to satisfy ${policy.successPercent}% MinSuccessfulInstancesPercent requirement`,
    };
  return {
    do: "accept",
    ids,
    failed: failures,
    messages: received.map(
      ({ status, uniqueId }) => `Received ${status} signal with UniqueId ${uniqueId}`,
    ),
  };
}
