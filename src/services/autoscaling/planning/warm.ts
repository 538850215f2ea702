/** How many instances a warm pool holds. Pure. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html */
import { causes } from "../causes.ts";
import { unitsOf } from "./allocation.ts";
import { crowdOf, openZones, placeLaunches, type LaunchPlace } from "./launches.ts";
import type { ActualMember, Decision, DesiredGroup } from "./plan.ts";
import { spreadLaunches } from "./zones.ts";

export interface WarmDesire {
  minSize: number;
  /** MaxGroupPreparedCapacity; the group's maximum where it is not set. */
  preparedCapacity: number | undefined;
  reuse: boolean;
  deleting: boolean;
}

/**
 * "The difference between the group's maximum capacity and its desired capacity", or between the
 * maximum prepared capacity and the desired one, and at least the pool's own minimum.
 */
export function warmTarget(
  { minSize, preparedCapacity, deleting }: WarmDesire,
  group: { desired: number; maxSize: number },
): number {
  if (deleting) return 0;
  return Math.max(minSize, (preparedCapacity ?? group.maxSize) - group.desired, 0);
}

/** Instances that wait for the group in the pool, the emptiest zone's first, for so many capacity units. */
export function warmStarts(
  warm: readonly ActualMember[],
  staying: readonly ActualMember[],
  wanted: number,
): ActualMember[] {
  const ready = warm.filter(({ phase, healthy }) => phase === "warm-ready" && healthy);
  const crowd = crowdOf(staying);
  const chosen: ActualMember[] = [];
  for (let units = 0; units < wanted && ready.length > 0;) {
    const count = ({ zone }: ActualMember) => crowd.get(zone) ?? 0;
    const best = ready.reduce((a, b) => (count(b) < count(a) ? b : a));
    ready.splice(ready.indexOf(best), 1);
    crowd.set(best.zone, count(best) + unitsOf(best));
    units += unitsOf(best);
    chosen.push(best);
  }
  return chosen;
}

/** What fills the pool or empties it; so many capacity units are `coming` back to it from the group. */
export function sizeWarmPool(
  group: DesiredGroup,
  warm: readonly ActualMember[],
  coming: number,
  nowMs: number,
): Decision[] {
  const may = (process: string) => !group.suspended.has(process);
  const target = group.warm ? warmTarget(group.warm, group) : 0;
  const sick = may("Terminate") ? warm.filter(({ healthy }) => !healthy) : [];
  const decisions: Decision[] = sick.map((member) => ({
    kind: "terminate",
    memberId: member.id,
    cause: member.unhealthyCause,
  }));
  const staying = warm.filter((member) => !sick.includes(member));
  const size = staying.reduce((sum, member) => sum + unitsOf(member), coming);
  if (size < target && may("Launch") && group.launchAfterMs <= nowMs)
    for (const place of warmPlaces(group, staying, target - size, target))
      decisions.push({
        kind: "launch",
        ...place,
        warm: true,
        cause: causes.warmed(nowMs, size, target),
      });
  if (size > target && may("Terminate")) {
    const surplus = staying.filter(({ instanceId }) => instanceId !== undefined);
    let left = size;
    for (const member of surplus) {
      if (left - unitsOf(member) < target) continue;
      left -= unitsOf(member);
      decisions.push({
        kind: "terminate",
        memberId: member.id,
        cause: causes.warmShrinking(nowMs, size, target),
      });
    }
  }
  return decisions;
}

/** With a mixed instances policy, what it would launch on demand. */
function warmPlaces(
  group: DesiredGroup,
  staying: readonly ActualMember[],
  wanted: number,
  target: number,
): LaunchPlace[] {
  if (group.allocation) return placeLaunches(group, staying, wanted, target);
  const zones = openZones(group);
  if (zones.length === 0) return [];
  return spreadLaunches(zones, crowdOf(staying), wanted).map((zone) => ({ zone }));
}
