/** What a policy makes of a group's desired capacity. */
import type { Transaction } from "#store/store.ts";
import type { Scope } from "#store/collection.ts";
import { causes } from "../causes.ts";
import { activityInProgress, validationError } from "../errors.ts";
import { asPoliciesMay, isChanging, membersOf, withDesired } from "../groups/capacity.ts";
import {
  activities,
  groups,
  type GroupRecord,
  type MemberRecord,
  type PolicyRecord,
} from "../records.ts";
import { adjustedCapacity, stepFor } from "#services/kit/scaling/adjustment.ts";

export interface Execution {
  nowMs: number;
  honorCooldown: boolean;
  metricValue: number | undefined;
  breachThreshold: number | undefined;
  /** The alarm that called; undefined for a user's request. */
  alarm: { name: string; state: string } | undefined;
}

/**
 * Runs a simple or step policy. Returns whether anything changed; throws what a user is to know
 * about why it did not.
 */
export async function executeAdjustment(
  tx: Transaction,
  scope: Scope,
  group: GroupRecord,
  policy: PolicyRecord,
  execution: Execution,
): Promise<boolean> {
  const present = await membersOf(tx, scope, group.name);
  if (policy.type === "SimpleScaling" && execution.honorCooldown)
    await checkCooldown(tx, scope, group, policy, present, execution);
  const adjustment = adjustmentOf(policy, execution);
  if (adjustment === undefined) return false;
  const wanted =
    policy.type === "SimpleScaling"
      ? adjustedCapacity(
          group.desired,
          policy.adjustmentType!,
          adjustment,
          policy.minAdjustmentMagnitude,
        )
      : stepCapacity(group, policy, adjustment, present, execution.nowMs);
  const changed = withDesired(group, asPoliciesMay(group, wanted), (from, to) =>
    explain(policy, execution, from, to),
  );
  if (changed === group) return false;
  groups.put(tx, scope, [group.name], changed);
  return true;
}

export function explain(
  policy: PolicyRecord,
  { nowMs, alarm }: Pick<Execution, "nowMs" | "alarm">,
  from: number,
  to: number,
): string {
  return alarm
    ? causes.alarm(nowMs, alarm.name, alarm.state, policy.name, from, to)
    : causes.userPolicy(nowMs, policy.name, from, to);
}

function adjustmentOf(policy: PolicyRecord, execution: Execution): number | undefined {
  if (policy.type === "SimpleScaling") return policy.adjustment!;
  const { metricValue, breachThreshold } = execution;
  if (metricValue === undefined || breachThreshold === undefined)
    throw validationError(
      "MetricValue and BreachThreshold are required when executing a step scaling policy",
    );
  return stepFor(policy.steps ?? [], metricValue, breachThreshold)?.adjustment;
}

/**
 * Step policies count instances that warm up as not there yet, so that one breach is answered once:
 * the guide's 10 instances at 60, then 62, then 70.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup
 */
function stepCapacity(
  group: GroupRecord,
  policy: PolicyRecord,
  adjustment: number,
  present: readonly MemberRecord[],
  nowMs: number,
): number {
  const warming = present.filter((member) => isWarming(group, policy, member, nowMs)).length;
  // Instances that are asked for and not launched yet are warming up as well.
  const counted = present.filter((member) => !member.state.startsWith("Terminating"));
  const missing = Math.max(0, group.desired - counted.length);
  const current = Math.max(0, group.desired - warming - missing);
  const wanted = adjustedCapacity(
    current,
    policy.adjustmentType!,
    adjustment,
    policy.minAdjustmentMagnitude,
  );
  if (wanted > current) return Math.max(group.desired, wanted);
  // "A scale-in activity can't start while a scale-out activity is in progress."
  if (warming + missing > 0) return group.desired;
  return wanted;
}

export function isWarming(
  { defaultWarmupSeconds, defaultCooldownSeconds }: GroupRecord,
  { warmupSeconds }: PolicyRecord,
  member: MemberRecord,
  nowMs: number,
): boolean {
  if (member.state.startsWith("Pending")) return true;
  if (member.state !== "InService" || member.inServiceMs === undefined) return false;
  const seconds = warmupSeconds ?? defaultWarmupSeconds ?? defaultCooldownSeconds;
  return member.inServiceMs + seconds * 1000 > nowMs && member.launch !== undefined;
}

async function checkCooldown(
  tx: Transaction,
  scope: Scope,
  group: GroupRecord,
  policy: PolicyRecord,
  present: readonly MemberRecord[],
  { nowMs }: Execution,
): Promise<void> {
  const changing = present.find(isChanging);
  const [latest] = await activities.list(tx, scope, [group.name], { limit: 1, reverse: true });
  if (changing || group.desired !== present.filter(({ state }) => state === "InService").length)
    throw activityInProgress(
      `Scaling activity ${changing?.activity?.id ?? latest?.id ?? ""} is in progress and blocks this action`,
    );
  const cooldownMs = (policy.cooldownSeconds ?? group.defaultCooldownSeconds) * 1000;
  if (nowMs < group.cooldownFromMs + cooldownMs)
    throw activityInProgress(
      `The cooldown period of ${cooldownMs / 1000} seconds after the latest scaling activity has not ended and blocks this action`,
    );
}
