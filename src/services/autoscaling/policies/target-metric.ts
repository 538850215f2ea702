/** The metric of a target tracking policy, and the two alarms that watch it. */
import type { TargetTrackingMetricDataQuery } from "@aws-sdk/client-auto-scaling";
import type { Input } from "#model/sdk.ts";
import {
  alarmMetric,
  highPeriods,
  lowPeriods,
  lowShare,
  type MetricQueries,
  type WatchedMetric,
} from "#services/kit/scaling/watched-metric.ts";
import { unsupported, validationError } from "../errors.ts";
import type { PolicyRecord, TargetTracking } from "../records.ts";

type PutAlarm = Input<"cloudwatch", "PutMetricAlarm">;

const predefinedNames: Record<string, string> = {
  ASGAverageCPUUtilization: "CPUUtilization",
  ASGAverageNetworkIn: "NetworkIn",
  ASGAverageNetworkOut: "NetworkOut",
};

/** Throws for specifications that name no metric. */
export function watchedMetric(group: string, tracking: TargetTracking): WatchedMetric {
  const { predefined, customized } = tracking;
  if (predefined) return predefinedMetric(group, predefined);
  if (customized?.metrics)
    return { kind: "math", queries: customized.metrics.map(withPeriod) as MetricQueries };
  if (!customized?.metricName || !customized.namespace || !customized.statistic)
    throw validationError(
      "CustomizedMetricSpecification needs MetricName, Namespace and Statistic, or Metrics",
    );
  return {
    kind: "metric",
    namespace: customized.namespace,
    name: customized.metricName,
    dimensions: customized.dimensions ?? [],
    statistic: customized.statistic,
    periodSeconds: customized.periodSeconds ?? 60,
    ...(customized.unit !== undefined && { unit: customized.unit }),
  };
}

/** "The period of the metric in seconds. The default value is 60." */
function withPeriod({ MetricStat: stat, ...query }: TargetTrackingMetricDataQuery) {
  return {
    ...query,
    ...(stat && { MetricStat: { ...stat, Period: stat.Period ?? query.Period ?? 60 } }),
  };
}

function predefinedMetric(
  group: string,
  { type, label }: NonNullable<TargetTracking["predefined"]>,
): WatchedMetric {
  const ec2 = predefinedNames[type];
  if (ec2)
    return {
      kind: "metric",
      namespace: "AWS/EC2",
      name: ec2,
      dimensions: [{ Name: "AutoScalingGroupName", Value: group }],
      statistic: "Average",
      periodSeconds: 60,
    };
  if (type !== "ALBRequestCountPerTarget") throw unsupported(`PredefinedMetricType ${type}`);
  return {
    kind: "metric",
    namespace: "AWS/ApplicationELB",
    name: "RequestCountPerTarget",
    dimensions: albDimensions(label),
    statistic: "Sum",
    periodSeconds: 60,
  };
}

/** Load balancer and target group of a resource label; throws for one that has another form. */
export function albDimensions(label: string | undefined): { Name: string; Value: string }[] {
  const parts = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label ?? "");
  if (!parts)
    throw validationError(
      "The ResourceLabel of ALBRequestCountPerTarget must have the form app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>",
    );
  return [
    { Name: "LoadBalancer", Value: parts[1]! },
    { Name: "TargetGroup", Value: parts[2]! },
  ];
}

/** The alarms of a policy, as CloudWatch is asked for them. */
export function alarmsOf(policy: PolicyRecord): PutAlarm[] {
  const tracking = policy.targetTracking!;
  const metric = watchedMetric(policy.group, tracking);
  const shared = {
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
    ActionsEnabled: policy.enabled,
    AlarmActions: [policy.arn],
    ...alarmMetric(metric),
  };
  const high: PutAlarm = {
    ...shared,
    AlarmName: tracking.alarmHigh,
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: tracking.targetValue,
    EvaluationPeriods: highPeriods,
  };
  if (tracking.alarmLow === undefined) return [high];
  const low: PutAlarm = {
    ...shared,
    AlarmName: tracking.alarmLow,
    ComparisonOperator: "LessThanThreshold",
    Threshold: tracking.targetValue * lowShare,
    EvaluationPeriods: lowPeriods,
  };
  return [high, low];
}
