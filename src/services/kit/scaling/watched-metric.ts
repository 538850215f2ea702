/**
 * The metric of a target tracking policy: how an alarm watches it, and what it says now. Both kinds of
 * Auto Scaling ask CloudWatch in the same way; what they make of the answer is their own.
 */
import { dateOf } from "#runtime/date.ts";
import type { Input } from "#model/sdk.ts";
import type { Client } from "../service.ts";

type PutAlarm = Input<"cloudwatch", "PutMetricAlarm">;

export type MetricQueries = NonNullable<PutAlarm["Metrics"]>;

export type WatchedMetric =
  | {
      kind: "metric";
      namespace: string;
      name: string;
      dimensions: { Name: string; Value: string }[];
      statistic: string;
      periodSeconds: number;
      unit?: string;
    }
  | { kind: "math"; queries: MetricQueries };

/** Datapoints above the target until capacity is added, and below it until capacity is taken. */
export const highPeriods = 3;
export const lowPeriods = 15;
/** "Alarms to scale in are triggered when the metric is below 90 percent of the target." */
export const lowShare = 0.9;

/** The part of an alarm that says what is watched. */
export function alarmMetric(metric: WatchedMetric): Partial<PutAlarm> {
  if (metric.kind === "math") return { Metrics: metric.queries };
  return {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions,
    Statistic: metric.statistic as "Average",
    Period: metric.periodSeconds,
    ...(metric.unit !== undefined && { Unit: metric.unit as "Percent" }),
  };
}

/** Which of the alarms are in ALARM now. */
export async function alarmsInAlarm(
  cloudwatch: Pick<Client<"cloudwatch">, "DescribeAlarms">,
  names: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < names.length; start += 100) {
    const { MetricAlarms = [] } = await cloudwatch.DescribeAlarms({
      AlarmNames: names.slice(start, start + 100),
      StateValue: "ALARM",
    });
    for (const { AlarmName } of MetricAlarms) found.add(AlarmName!);
  }
  return found;
}

/** The newest whole datapoint, of at most a quarter of an hour. */
export async function latestValue(
  cloudwatch: Pick<Client<"cloudwatch">, "GetMetricData">,
  metric: WatchedMetric,
  nowMs: number,
): Promise<number | undefined> {
  const periodSeconds = metric.kind === "metric" ? metric.periodSeconds : 60;
  const toMs = nowMs - (nowMs % (periodSeconds * 1000));
  const { MetricDataResults = [] } = await cloudwatch.GetMetricData({
    StartTime: dateOf(toMs - 15 * 60_000),
    EndTime: dateOf(toMs),
    ScanBy: "TimestampDescending",
    MetricDataQueries: metric.kind === "math" ? metric.queries : [queryOf(metric)],
  });
  return MetricDataResults[0]?.Values?.[0];
}

function queryOf(metric: WatchedMetric & { kind: "metric" }) {
  return {
    Id: "m",
    MetricStat: {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: metric.dimensions,
      },
      Period: metric.periodSeconds,
      Stat: metric.statistic,
    },
  };
}
