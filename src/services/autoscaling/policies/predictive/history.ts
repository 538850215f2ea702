/** Two weeks of hours, out of CloudWatch: the load, and how much of it an instance can carry. */
import type { Environment } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { dateOf } from "#runtime/date.ts";
import type { Input } from "#model/sdk.ts";
import type { Scope } from "#store/collection.ts";
import type { PredictiveRecord } from "./records.ts";
import { albDimensions } from "../target-metric.ts";

type Queries = NonNullable<Input<"cloudwatch", "GetMetricData">["MetricDataQueries"]>;
type Specification = PredictiveRecord["specification"];

export const hourMs = 3_600_000;
const historyHours = 14 * 24;

export interface History {
  /** Hourly load, oldest first; the last is the latest full hour. */
  load: (number | undefined)[];
  /** Load of an hour that one instance carries at the target; undefined while that cannot be told. */
  perInstance: number | undefined;
}

export async function readHistory(
  env: Environment,
  scope: Scope,
  group: string,
  specification: Specification,
  nowMs: number,
): Promise<History> {
  const endMs = nowMs - (nowMs % hourMs);
  const read = (queries: Queries) => hourly(env, scope, queries, endMs);
  const load = await read(loadQueries(group, specification));
  const target = specification.TargetValue!;
  const own = specification.CustomizedScalingMetricSpecification;
  if (own) {
    const scaling = await read(withHours(own.MetricDataQueries!));
    const capacity = await read(
      withHours(
        specification.CustomizedCapacityMetricSpecification?.MetricDataQueries ??
          inServiceQueries(group),
      ),
    );
    return { load, perInstance: learned(load, scaling, capacity, target) };
  }
  const scalingType = scalingOf(specification);
  // Requests are counted in minutes, and shared by the targets.
  if (scalingType === "ALBRequestCountPerTarget") return { load, perInstance: target * 60 };
  const times = await datapointsPerHour(env, scope, group, scalingType, endMs);
  return { load, perInstance: times === undefined ? undefined : target * times };
}

function scalingOf(specification: Specification): string {
  const pair = specification.PredefinedMetricPairSpecification?.PredefinedMetricType;
  if (pair === "ALBRequestCount") return "ALBRequestCountPerTarget";
  if (pair !== undefined) return pair.replace(/^ASG/, "ASGAverage");
  return specification.PredefinedScalingMetricSpecification!.PredefinedMetricType!;
}

function loadQueries(group: string, specification: Specification): Queries {
  const own = specification.CustomizedLoadMetricSpecification;
  if (own) return withHours(own.MetricDataQueries!);
  const pair = specification.PredefinedMetricPairSpecification;
  const load = specification.PredefinedLoadMetricSpecification;
  const label = pair?.ResourceLabel ?? load?.ResourceLabel;
  const type = pair?.PredefinedMetricType ?? load?.PredefinedMetricType ?? "";
  if (type.startsWith("ALB"))
    return one({
      namespace: "AWS/ApplicationELB",
      name: "RequestCount",
      dimensions: albDimensions(label),
      statistic: "Sum",
    });
  return one(groupMetric(group, ec2Name(type), "Sum"));
}

/** "ASGTotalNetworkIn", "ASGAverageNetworkIn", "ASGNetworkIn": all of NetworkIn. */
const ec2Name = (type: string) => type.replace(/^ASG(Total|Average)?/, "");

const groupMetric = (group: string, name: string, statistic: string) => ({
  namespace: "AWS/EC2",
  name,
  dimensions: [{ Name: "AutoScalingGroupName", Value: group }],
  statistic,
});

function inServiceQueries(group: string): Queries {
  const metric = groupMetric(group, "GroupInServiceInstances", "Average");
  return one({ ...metric, namespace: "AWS/AutoScaling" });
}

function one(
  metric: {
    namespace: string;
    name: string;
    dimensions: { Name: string; Value: string }[];
    statistic: string;
  },
  periodSeconds = 3600,
): Queries {
  const { namespace, name, dimensions, statistic } = metric;
  return [
    {
      Id: "m",
      MetricStat: {
        Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensions },
        Period: periodSeconds,
        Stat: statistic,
      },
    },
  ];
}

/** Specifications say no periods; forecasts are hourly. */
function withHours(queries: readonly object[]): Queries {
  return (queries as Queries).map(({ MetricStat: stat, ...query }) => ({
    ...query,
    ...(stat && { MetricStat: { ...stat, Period: 3600 } }),
  }));
}

async function hourly(
  env: Environment,
  scope: Scope,
  queries: Queries,
  endMs: number,
): Promise<(number | undefined)[]> {
  const startMs = endMs - historyHours * hourMs;
  const { MetricDataResults = [] } = await env.clients
    .cloudwatch(asService(scope, "autoscaling.amazonaws.com"))
    .GetMetricData({
      StartTime: dateOf(startMs),
      EndTime: dateOf(endMs),
      MetricDataQueries: queries,
    });
  const hours = Array.from<number | undefined>({ length: historyHours });
  const [{ Timestamps = [], Values = [] } = {}] = MetricDataResults;
  for (const [index, at] of Timestamps.entries())
    hours[Math.floor((at.getTime() - startMs) / hourMs)] = Values[index];
  const first = hours.findIndex((value) => value !== undefined);
  return first < 0 ? [] : hours.slice(first);
}

/**
 * How many values an instance reports in an hour: every minute or every five, by its monitoring. The
 * latest hour with values tells.
 */
async function datapointsPerHour(
  env: Environment,
  scope: Scope,
  group: string,
  scalingType: string,
  endMs: number,
): Promise<number | undefined> {
  const metric = groupMetric(group, ec2Name(scalingType), "SampleCount");
  const { MetricDataResults = [] } = await env.clients
    .cloudwatch(asService(scope, "autoscaling.amazonaws.com"))
    .GetMetricData({
      StartTime: dateOf(endMs - 24 * hourMs),
      EndTime: dateOf(endMs),
      MetricDataQueries: one(metric, 60),
    });
  const hours = new Map<number, number>();
  for (const at of MetricDataResults[0]?.Timestamps ?? []) {
    const hour = Math.floor(at.getTime() / hourMs);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  return hours.size === 0 ? undefined : Math.max(...hours.values());
}

/** The median of what the hours tell: load × target ÷ (scaling metric × capacity). Pure. */
export function learned(
  load: readonly (number | undefined)[],
  scaling: readonly (number | undefined)[],
  capacity: readonly (number | undefined)[],
  target: number,
): number | undefined {
  const found: number[] = [];
  // All three end with the same hour.
  for (let back = 1; back <= load.length; back++) {
    const [carried, each, instances] = [load, scaling, capacity].map((hours) => hours.at(-back));
    if (carried && each && instances) found.push((carried * target) / (each * instances));
  }
  found.sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)];
}
