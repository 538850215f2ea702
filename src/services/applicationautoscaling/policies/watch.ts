/** What CloudWatch says of target tracking policies, and what it is told to watch. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Scope } from "#store/collection.ts";
import { alarmsInAlarm, latestValue } from "#services/kit/scaling/watched-metric.ts";
import type { PolicyRecord } from "../records.ts";
import { alarmsOf, isUtilization, readingOf, watchedMetric } from "./alarms.ts";
import type { Reading } from "./decide.ts";

const principal = "application-autoscaling.amazonaws.com";

/** Makes the alarms, or brings their thresholds up to the capacity. */
export async function syncAlarms(
  { clients }: Environment,
  scope: Scope,
  policies: readonly PolicyRecord[],
  capacity: number,
): Promise<void> {
  for (const policy of policies) {
    if (!policy.tracking) continue;
    const cloudwatch = clients.cloudwatch(asService(scope, principal, policy.arn));
    for (const alarm of alarmsOf(policy, capacity)) await cloudwatch.PutMetricAlarm(alarm);
  }
}

export async function deleteAlarms(
  { clients }: Environment,
  scope: Scope,
  names: readonly string[],
): Promise<void> {
  const cloudwatch = clients.cloudwatch(asService(scope, principal));
  for (let start = 0; start < names.length; start += 100)
    await cloudwatch.DeleteAlarms({ AlarmNames: names.slice(start, start + 100) });
}

/** The readings of all target tracking policies; the caller's value is the one its alarm brought. */
export async function readTracking(
  env: Environment,
  scope: Scope,
  policies: readonly PolicyRecord[],
  defaultCooldownSeconds: number,
  caller: { policy: PolicyRecord; value: number | undefined },
): Promise<Reading[]> {
  const tracking = policies.filter((policy) => policy.tracking);
  const names = tracking.flatMap(({ tracking: { alarms } = { alarms: undefined } }) =>
    [alarms?.high, alarms?.low].filter((name) => name !== undefined),
  );
  const cloudwatch = env.clients.cloudwatch(asService(scope, principal));
  const inAlarm = await alarmsInAlarm(cloudwatch, names);
  const read = async (policy: PolicyRecord) => {
    const metric = watchedMetric(policy, policy.tracking!);
    const value = await latestValue(cloudwatch, metric, env.clock.now());
    return value === undefined ? undefined : readingOf(policy.tracking!, value);
  };
  return Promise.all(
    tracking.map(async (policy): Promise<Reading> => {
      const own = policy.tracking!;
      const known = policy.name === caller.policy.name ? caller.value : undefined;
      return {
        tracking: own,
        value: known ?? (await read(policy)),
        high: inAlarm.has(own.alarms.high),
        low: own.alarms.low !== undefined && inAlarm.has(own.alarms.low),
        utilization: isUtilization(own),
        defaultCooldownSeconds,
      };
    }),
  );
}
