/** How far an instance refresh is. https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html */
import type { RefreshView } from "../planning/plan.ts";
import type { MemberRecord } from "../records.ts";
import type { RefreshRecord } from "../refreshes/records.ts";
import {
  checkpointReached,
  fail,
  patienceMs,
  replacementLimit,
  type Change,
} from "../refreshes/progress.ts";
import type { GroupView } from "./view.ts";

/** A group in the midst of a pass, with all its members as they are by then. */
type RefreshedGroup = Pick<GroupView, "group" | "refresh"> & { members: readonly MemberRecord[] };
import type { Observation } from "./observe.ts";

export function refreshView(
  { group, members, refresh }: RefreshedGroup,
  { targets }: Observation,
  nowMs: number,
): RefreshView {
  const { outdated, warmupSeconds, minHealthyPercent, maxHealthyPercent } = refresh!;
  const old = new Set(outdated);
  // "The default instance warmup, if defined, or the health check grace period otherwise."
  const warmMs =
    (warmupSeconds ?? group.defaultWarmupSeconds ?? group.healthCheckGraceSeconds) * 1000;
  const healthyInTargets = (member: MemberRecord) =>
    !group.healthCheckType.includes("ELB") ||
    member.registered.every((arn) => targets.get(arn)?.get(member.instanceId!) === "healthy");
  const ready = members.filter(
    (member) =>
      member.state === "InService" &&
      member.health === "Healthy" &&
      // What was there before the refresh has warmed up long ago.
      (old.has(member.id) || (member.inServiceMs ?? nowMs) + warmMs <= nowMs) &&
      (old.has(member.id) || healthyInTargets(member)),
  );
  // A refresh that is being cancelled, or has nothing more to replace, starts nothing new.
  const idle = refresh!.status === "Cancelling" || refresh!.status === "Baking";
  const room = replacementLimit(refresh!, nowMs) - (refresh!.total - outdated.length);
  const left = idle ? [] : replaceable(members, refresh!).slice(0, Math.max(0, room));
  return {
    outdated: new Set(left.map(({ id }) => id)),
    minHealthyPercent,
    maxHealthyPercent,
    ready: new Set(ready.map(({ id }) => id)),
  };
}

function replaceable(members: readonly MemberRecord[], refresh: RefreshRecord): MemberRecord[] {
  const old = new Set(refresh.outdated);
  return members.filter(
    (member) =>
      old.has(member.id) &&
      !member.state.startsWith("Terminating") &&
      (!member.protected || refresh.scaleInProtected === "Refresh") &&
      (member.state !== "Standby" || refresh.standby === "Terminate"),
  );
}

/** The refresh as it stands after this pass; the same record when nothing changed. */
export function settleRefresh(view: RefreshedGroup, seen: RefreshView, nowMs: number): Change {
  const { members, group } = view;
  const refresh = view.refresh!;
  const present = new Map(members.map((member) => [member.id, member]));
  const left = refresh.outdated.filter((id) => {
    const member = present.get(id);
    if (!member || member.state.startsWith("Terminating")) return false;
    if (member.protected && refresh.scaleInProtected === "Ignore") return false;
    return member.state !== "Standby" || refresh.standby !== "Ignore";
  });
  const quiet = members.every(({ state }) => state === "InService" || state === "Standby");
  if (refresh.status === "Cancelling")
    return quiet
      ? {
          refresh: { ...refresh, status: "Cancelled", endMs: nowMs },
          ...(refresh.previous && { settings: refresh.previous }),
        }
      : { refresh };
  const { alarm, rollback } = refresh;
  if (alarm !== undefined && !rollback)
    return fail(refresh, members, `The CloudWatch alarm ${alarm} went into ALARM state.`, nowMs);
  if (refresh.status === "Baking")
    return { refresh: nowMs < refresh.bakeUntilMs! ? refresh : ended(refresh, nowMs) };
  const fromMs = rollback?.startMs ?? refresh.startMs;
  const renewed = members.filter(({ id, createdMs }) => createdMs >= fromMs && seen.ready.has(id));
  const updated = Math.min(renewed.length, refresh.total);
  const settled = quiet && seen.ready.size >= Math.min(group.desired, members.length);
  const reached = settled ? checkpointReached(refresh, updated) : undefined;
  const last = reached !== undefined && reached === refresh.checkpoints!.percentages.at(-1);
  if (settled && (left.length === 0 || last)) return { refresh: complete(refresh, left, nowMs) };
  const moved = left.length !== refresh.outdated.length || updated > refresh.updated;
  if (reached !== undefined)
    return {
      refresh: {
        ...refresh,
        status: "InProgress",
        outdated: left,
        updated,
        progressMs: nowMs,
        checkpoint: {
          percent: reached,
          untilMs: nowMs + refresh.checkpoints!.delaySeconds * 1000,
        },
      },
    };
  const waiting = nowMs < (refresh.checkpoint?.untilMs ?? 0);
  const sinceMs = Math.max(refresh.progressMs, refresh.checkpoint?.untilMs ?? 0);
  // "Auto Scaling will extend the time out for any instance refresh that is delayed during a zonal shift."
  const shifted = (group.shiftedZones ?? []).length > 0;
  if (!moved && !waiting && !shifted && nowMs >= sinceMs + patienceMs)
    return fail(refresh, members, stuck(members, refresh), nowMs);
  if (!moved && refresh.status !== "Pending") return { refresh };
  const status = refresh.status === "Pending" ? "InProgress" : refresh.status;
  return { refresh: { ...refresh, status, outdated: left, updated, progressMs: nowMs } };
}

function complete(refresh: RefreshRecord, left: string[], nowMs: number): RefreshRecord {
  const { bakeSeconds = 0, total } = refresh;
  const done = { ...refresh, outdated: left, updated: total - left.length, progressMs: nowMs };
  if (bakeSeconds === 0 || refresh.rollback) return ended(done, nowMs);
  return { ...done, status: "Baking", bakeUntilMs: nowMs + bakeSeconds * 1000 };
}

function ended(refresh: RefreshRecord, nowMs: number): RefreshRecord {
  const status = refresh.rollback ? "RollbackSuccessful" : "Successful";
  return { ...refresh, status, endMs: nowMs };
}

/** Why nothing could be replaced for an hour. */
function stuck(members: readonly MemberRecord[], { outdated }: RefreshRecord): string {
  const old = new Set(outdated);
  const held = members.filter(({ id }) => old.has(id));
  if (held.some((member) => member.state === "Standby"))
    return "There are instances in Standby state, which were waited for in vain.";
  if (held.some((member) => member.protected))
    return "There are instances protected from scale in, which were waited for in vain.";
  return "Replacements did not become healthy and ready within an hour.";
}
