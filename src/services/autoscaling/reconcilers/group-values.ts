/** A group in numbers. Pure. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html */
import { isWarm } from "../groups/capacity.ts";
import { unitsOf } from "../planning/allocation.ts";
import { warmTarget } from "../planning/warm.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";

type Shown = Pick<MemberRecord, "state" | "weight">;

const units = (members: readonly Shown[]) =>
  members.reduce((sum, member) => sum + unitsOf(member), 0);

/** The value of every metric of a group; instances count one, capacity counts their weights. */
export function groupValues(
  group: Pick<GroupRecord, "minSize" | "maxSize" | "desired" | "warmPool">,
  members: readonly Shown[],
): Record<string, number> {
  const own = members.filter((member) => !isWarm(member));
  const warm = members.filter(isWarm);
  const inState = (list: readonly Shown[], pattern: RegExp) =>
    list.filter(({ state }) => pattern.test(state));
  const { warmPool } = group;
  const warmDesired = warmPool
    ? warmTarget({ ...warmPool, preparedCapacity: warmPool.preparedCapacity }, group)
    : 0;
  const values: Record<string, number> = {
    GroupMinSize: group.minSize,
    GroupMaxSize: group.maxSize,
    GroupDesiredCapacity: group.desired,
    GroupTotalInstances: own.length,
    GroupTotalCapacity: units(own),
    WarmPoolMinSize: warmPool?.minSize ?? 0,
    WarmPoolDesiredCapacity: warmDesired,
    WarmPoolPendingCapacity: units(inState(warm, /^Warmed:Pending/)),
    WarmPoolWarmedCapacity: units(inState(warm, /^Warmed:(Stopped|Running)$/)),
    WarmPoolTerminatingCapacity: units(inState(warm, /^Warmed:Terminating/)),
    WarmPoolTotalCapacity: units(warm),
    GroupAndWarmPoolDesiredCapacity: group.desired + warmDesired,
    GroupAndWarmPoolTotalCapacity: units(members),
  };
  const states: Record<string, RegExp> = {
    InService: /^InService$/,
    Pending: /^Pending/,
    Standby: /Standby$/,
    Terminating: /^Terminating/,
  };
  for (const [name, pattern] of Object.entries(states)) {
    values[`Group${name}Instances`] = inState(own, pattern).length;
    values[`Group${name}Capacity`] = units(inState(own, pattern));
  }
  return values;
}
