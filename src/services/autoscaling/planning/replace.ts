/**
 * Instances that are replaced because they are unhealthy or too old. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
 */
import { causes } from "../causes.ts";
import { consenting, type Ask } from "./consent.ts";
import { unitsOf } from "./allocation.ts";
import type { ActualMember, DesiredGroup } from "./plan.ts";

interface Replacing {
  /** To be terminated now, with the cause. */
  gone: { member: ActualMember; cause: string }[];
  /** How many of them were unhealthy. */
  unhealthy: number;
  /** Units to launch beyond the desired capacity before more can go. */
  surge: number;
  wakeMs: number | undefined;
  /** The surge is for instances that EC2 may soon interrupt. */
  recommended?: true;
}

/** "Several instances might be replaced at once, by up to 10 percent of the current capacity." */
const mostAgedAtOnce = 0.1;

/** `counted` are the members that make up the group's capacity. */
export function replacements(
  group: DesiredGroup,
  counted: readonly ActualMember[],
  nowMs: number,
  asks: Ask[],
): Replacing {
  const replacing = unhealthyOrOld(group, counted, nowMs, asks);
  const going = new Set(replacing.gone.map(({ member }) => member.id));
  const endangered = endangeredSpot(
    group,
    counted.filter(({ id }) => !going.has(id)),
    nowMs,
  );
  if (!endangered) return replacing;
  return {
    ...replacing,
    gone: [...replacing.gone, ...endangered.gone],
    surge: Math.max(replacing.surge, endangered.surge),
    ...(endangered.surge > replacing.surge && { recommended: true }),
  };
}

/**
 * Capacity Rebalancing: what EC2 may soon interrupt is ended once its replacement is in service, and
 * "can temporarily exceed the specified maximum size by up to 10 percent".
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html
 */
function endangeredSpot(
  group: DesiredGroup,
  counted: readonly ActualMember[],
  nowMs: number,
): Pick<Replacing, "gone" | "surge"> | undefined {
  const may = (process: string) => !group.suspended.has(process);
  const serving = counted.filter(({ phase, healthy }) => phase === "in-service" && healthy);
  const leaving = serving.filter(({ endangered }) => endangered);
  if (leaving.length === 0 || !may("Launch") || !may("Terminate")) return undefined;
  const limit = group.maxSize + Math.max(1, Math.floor(group.maxSize / 10)) - group.desired;
  let spare = sum(serving) - group.desired;
  const gone: Replacing["gone"] = [];
  for (const member of leaving) {
    if (unitsOf(member) > spare) break;
    spare -= unitsOf(member);
    gone.push({ member, cause: causes.endangered(nowMs) });
  }
  const wanted = Math.min(sum(leaving), limit);
  return { gone, surge: Math.max(0, wanted - sum(gone.map(({ member }) => member))) };
}

function unhealthyOrOld(
  group: DesiredGroup,
  counted: readonly ActualMember[],
  nowMs: number,
  asks: Ask[],
): Replacing {
  const willing = (units: number) =>
    consenting(group, { cause: "MAX_INSTANCE_LIFETIME", units, of: aged }, asks);
  const may = (process: string) => !group.suspended.has(process);
  const sick =
    may("ReplaceUnhealthy") && may("Terminate")
      ? counted.filter(
          ({ healthy, instanceId, zone }) =>
            !healthy &&
            instanceId !== undefined &&
            !(group.ignoreUnhealthy && group.shifted?.has(zone)),
        )
      : [];
  const sickIds = new Set(sick.map(({ id }) => id));
  const age = ageLimit(group, counted, nowMs);
  const aged =
    may("Terminate") && may("Launch") ? age.due.filter(({ id }) => !sickIds.has(id)) : [];
  const told = (member: ActualMember) => ({
    member,
    cause: sickIds.has(member.id) ? member.unhealthyCause : causes.aged(nowMs),
  });
  const quiet = counted.every(({ phase }) => phase === "in-service");
  if (!group.maintenance) {
    const most = Math.max(1, Math.floor(counted.length * mostAgedAtOnce));
    const old =
      sick.length === 0 && quiet ? willing(Math.min(most, aged.length)).slice(0, most) : [];
    return {
      gone: [...sick, ...old].map(told),
      unhealthy: sick.length,
      surge: 0,
      wakeMs: age.wakeMs,
    };
  }
  // What does not run any more serves nobody: it need not wait for its successor.
  const dead = sick.filter((member) => member.dead);
  const leaving = [...sick.filter((member) => !member.dead), ...aged];
  const { minHealthyPercent, maxHealthyPercent } = group.maintenance;
  const room = Math.floor((group.desired * (maxHealthyPercent - 100)) / 100);
  const surge = maxHealthyPercent > 100 ? Math.min(sum(leaving), Math.max(1, room)) : 0;
  const floor = Math.ceil((group.desired * minHealthyPercent) / 100);
  const serving = sum(counted.filter(({ phase, dead }) => phase === "in-service" && !dead));
  let spare = serving - (surge > 0 ? group.desired : floor);
  // With no room on either side one at a time must go first.
  if (surge === 0 && spare <= 0 && quiet && leaving.length > 0) spare = unitsOf(leaving[0]!);
  const gone = [...dead];
  const kept = new Set(aged.map(({ id }) => id));
  if (spare > 0) for (const { id } of willing(Math.min(spare, sum(aged)))) kept.delete(id);
  for (const member of leaving) {
    if (unitsOf(member) > spare) break;
    if (kept.has(member.id)) continue;
    spare -= unitsOf(member);
    gone.push(member);
  }
  return {
    gone: gone.map(told),
    unhealthy: gone.filter(({ id }) => sickIds.has(id)).length,
    surge: Math.max(0, surge - sum(gone.filter((member) => !member.dead))),
    wakeMs: age.wakeMs,
  };
}

const sum = (members: readonly ActualMember[]) =>
  members.reduce((total, member) => total + unitsOf(member), 0);

/** Instances beyond the maximum lifetime, oldest first, or when the next will be. */
function ageLimit(
  { maxLifetimeMs }: DesiredGroup,
  counted: readonly ActualMember[],
  nowMs: number,
): { due: ActualMember[]; wakeMs?: number } {
  if (maxLifetimeMs === undefined) return { due: [] };
  const ordered = counted
    .filter(({ phase, protected: kept }) => phase === "in-service" && !kept)
    .toSorted((a, b) => a.createdMs - b.createdMs);
  const due = ordered.filter(({ createdMs }) => createdMs + maxLifetimeMs <= nowMs);
  const next = ordered[due.length];
  return { due, ...(next && { wakeMs: next.createdMs + maxLifetimeMs }) };
}
