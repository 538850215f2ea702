/** Target tracking: all policies of a group together decide on its capacity. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import { asPoliciesMay, getGroup, membersOf, withDesired } from "../groups/capacity.ts";
import {
  groups,
  policies,
  type GroupRecord,
  type MemberRecord,
  type PolicyRecord,
} from "../records.ts";
import { trackedCapacity } from "#services/kit/scaling/adjustment.ts";
import { alarmsInAlarm, latestValue } from "#services/kit/scaling/watched-metric.ts";
import { explain, isWarming, type Execution } from "./execute.ts";
import { watchedMetric } from "./target-metric.ts";

/** What one policy sees. */
export interface Reading {
  policy: PolicyRecord;
  metricValue: number | undefined;
  high: boolean;
  low: boolean;
}

/**
 * Called when an alarm of one of the policies is in ALARM. "If multiple policies are in force, the
 * group scales out when any of them is ready to, and in only when all of them (with scale-in enabled)
 * are."
 */
export async function trackTarget(
  env: Environment,
  scope: Scope,
  groupName: string,
  caller: PolicyRecord,
  execution: Execution,
): Promise<void> {
  const all = await env.store.transaction((tx) => policies.list(tx, scope, [groupName]));
  const tracking = all.filter(({ type, enabled }) => type === "TargetTrackingScaling" && enabled);
  const readings = await readAll(env, scope, tracking, caller, execution);
  await env.store.transaction(async (tx) => {
    const group = await getGroup(tx, scope, groupName);
    const present = await membersOf(tx, scope, groupName);
    const wanted = decide(group, present, readings, execution.nowMs);
    const changed = withDesired(group, asPoliciesMay(group, wanted), (from, to) =>
      explain(caller, execution, from, to),
    );
    if (changed !== group) groups.put(tx, scope, [groupName], changed);
  });
}

/** The capacity that the readings ask for together. Pure. */
function decide(
  group: GroupRecord,
  present: readonly MemberRecord[],
  readings: readonly Reading[],
  nowMs: number,
): number {
  const wantedBy = ({ policy, metricValue }: Reading): number | undefined => {
    if (metricValue === undefined) return undefined;
    const warming = present.filter((member) => isWarming(group, policy, member, nowMs)).length;
    const inService = present.filter(({ state }) => state === "InService").length;
    const pending = present.filter(({ state }) => state.startsWith("Pending")).length;
    // An instance that warms up is no part of the capacity that the metric speaks of.
    const warm = Math.max(inService - (warming - pending), 1);
    const { targetValue } = policy.targetTracking!;
    return trackedCapacity({ warm, desired: group.desired, metricValue, targetValue });
  };
  const out = readings.filter(({ high }) => high).map((reading) => wantedBy(reading) ?? 0);
  const most = Math.max(0, ...out);
  if (out.length > 0) return Math.max(group.desired, most);
  const deciding = readings.filter(({ policy }) => !policy.targetTracking!.disableScaleIn);
  if (deciding.length === 0 || !deciding.every(({ low }) => low)) return group.desired;
  const warming = readings.some(({ policy }) =>
    present.some((member) => isWarming(group, policy, member, nowMs)),
  );
  // Nothing is taken away while capacity is still coming, nor before the metric was measured with the
  // capacity that the last change left.
  const going = present.some(({ state }) => state.startsWith("Terminating"));
  if (warming || going || nowMs < group.cooldownFromMs + settlingMs(deciding)) return group.desired;
  const into = deciding.map((reading) => wantedBy(reading) ?? group.desired);
  return Math.min(group.desired, Math.max(...into));
}

/** Two periods of the slowest metric: one that the change fell into, and one whole one. */
function settlingMs(readings: readonly Reading[]): number {
  const seconds = readings.map(
    ({ policy }) => policy.targetTracking!.customized?.periodSeconds ?? 60,
  );
  return 2 * 1000 * Math.max(...seconds);
}

async function readAll(
  env: Environment,
  scope: Scope,
  tracking: readonly PolicyRecord[],
  caller: PolicyRecord,
  execution: Execution,
): Promise<Reading[]> {
  const cloudwatch = env.clients.cloudwatch(asService(scope, "autoscaling.amazonaws.com"));
  const names = tracking.flatMap(({ targetTracking }) => [
    targetTracking!.alarmHigh,
    ...(targetTracking!.alarmLow === undefined ? [] : [targetTracking!.alarmLow]),
  ]);
  const inAlarm = await alarmsInAlarm(cloudwatch, names);
  return Promise.all(
    tracking.map(async (policy) => {
      const { alarmHigh, alarmLow } = policy.targetTracking!;
      const known = policy.name === caller.name ? execution.metricValue : undefined;
      return {
        policy,
        metricValue:
          known ??
          (await latestValue(
            cloudwatch,
            watchedMetric(policy.group, policy.targetTracking!),
            execution.nowMs,
          )),
        high: inAlarm.has(alarmHigh),
        low: alarmLow !== undefined && inAlarm.has(alarmLow),
      };
    }),
  );
}
