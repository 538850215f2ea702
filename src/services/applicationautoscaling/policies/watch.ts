/** What CloudWatch says of target tracking policies, and what it is told to watch. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { PolicyRecord } from "../records.ts";
import { alarmsOf, isUtilization, readingOf, watchedMetric } from "./alarms.ts";
import type { Reading } from "./decide.ts";

const principal = "application-autoscaling.amazonaws.com";
const periodSeconds = 60;

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
  const { MetricAlarms = [] } = await env.clients
    .cloudwatch(asService(scope, principal))
    .DescribeAlarms({ AlarmNames: names.slice(0, 100) });
  const inAlarm = new Set(
    MetricAlarms.flatMap(({ AlarmName, StateValue }) =>
      StateValue === "ALARM" ? [AlarmName] : [],
    ),
  );
  return Promise.all(
    tracking.map(async (policy): Promise<Reading> => {
      const own = policy.tracking!;
      const known = policy.name === caller.policy.name ? caller.value : undefined;
      return {
        tracking: own,
        value: known ?? (await latestValue(env, scope, policy)),
        high: inAlarm.has(own.alarms.high),
        low: own.alarms.low !== undefined && inAlarm.has(own.alarms.low),
        utilization: isUtilization(own),
        defaultCooldownSeconds,
      };
    }),
  );
}

/** The newest datapoint of a policy's metric, of at most a quarter of an hour. */
async function latestValue(
  { clients, clock }: Environment,
  scope: Scope,
  policy: PolicyRecord,
): Promise<number | undefined> {
  const metric = watchedMetric(policy, policy.tracking!);
  const nowMs = clock.now();
  const toMs = nowMs - (nowMs % (periodSeconds * 1000));
  const { MetricDataResults = [] } = await clients
    .cloudwatch(asService(scope, principal))
    .GetMetricData({
      StartTime: dateOf(toMs - 15 * 60_000),
      EndTime: dateOf(toMs),
      ScanBy: "TimestampDescending",
      MetricDataQueries:
        metric.kind === "math"
          ? metric.queries
          : [
              {
                Id: "m",
                MetricStat: {
                  Metric: {
                    Namespace: metric.namespace,
                    MetricName: metric.name,
                    Dimensions: metric.dimensions,
                  },
                  Period: periodSeconds,
                  Stat: metric.statistic,
                },
              },
            ],
    });
  const value = MetricDataResults[0]?.Values?.[0];
  return value === undefined ? undefined : readingOf(policy.tracking!, value);
}
