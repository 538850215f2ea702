/** How far an instance refresh is. https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html */
import type { RefreshView } from "../planning/plan.ts";
import type { MemberRecord, RefreshRecord } from "../records.ts";
import { warmupOf } from "../groups/capacity.ts";
import type { GroupView } from "./view.ts";
import type { Observation } from "./observe.ts";

export function refreshView(
  { group, members, refresh }: GroupView,
  { targets }: Observation,
  nowMs: number,
): RefreshView {
  const { outdated, warmupSeconds, minHealthyPercent, maxHealthyPercent } = refresh!;
  const old = new Set(outdated);
  const warmMs = warmupOf(group, warmupSeconds) * 1000;
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
  // A refresh that is being cancelled starts nothing new.
  const left = refresh!.status === "Cancelling" ? [] : replaceable(members, refresh!);
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
export function settleRefresh(view: GroupView, seen: RefreshView, nowMs: number): RefreshRecord {
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
    return quiet ? { ...refresh, status: "Cancelled", endMs: nowMs } : refresh;
  const complete =
    left.length === 0 && quiet && seen.ready.size >= Math.min(group.desired, members.length);
  if (complete) return { ...refresh, outdated: [], status: "Successful", endMs: nowMs };
  if (refresh.status === "InProgress" && left.length === refresh.outdated.length) return refresh;
  return { ...refresh, status: "InProgress", outdated: left };
}
