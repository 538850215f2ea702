/** The metric of a target tracking policy, and the alarms that watch it. */
import type { Input } from "#model/sdk.ts";
import {
  alarmMetric,
  highPeriods,
  lowPeriods,
  lowShare,
  type MetricQueries,
  type WatchedMetric,
} from "#services/kit/scaling/watched-metric.ts";
import { unsupportedMetric, validation } from "../errors.ts";
import type { PolicyRecord, TargetName, Tracking, TrackingAlarms } from "../records.ts";
import { dynamoNames } from "../resources/dynamodb.ts";
import { functionNames } from "../resources/lambda.ts";
import { alarmAction } from "../arns.ts";

type PutAlarm = Input<"cloudwatch", "PutMetricAlarm">;

const periodSeconds = 60;
/** For DynamoDB: datapoints until capacity is added, and how far below the target it is taken. */
const dynamoHighPeriods = 2;
const dynamoLowPoints = 20;
const provisionedPeriodSeconds = 300;
const provisionedPeriods = 3;

const dynamoMetrics: Record<string, { name: string; dimension: string }> = {
  DynamoDBReadCapacityUtilization: { name: "ReadCapacityUnits", dimension: ":ReadCapacityUnits" },
  DynamoDBWriteCapacityUtilization: {
    name: "WriteCapacityUnits",
    dimension: ":WriteCapacityUnits",
  },
};

/** The target is a percentage of what is provisioned. */
export function isUtilization({ predefined }: Tracking): boolean {
  return predefined !== undefined && dynamoMetrics[predefined.type] !== undefined;
}

/** Throws ValidationException for specifications that name no metric of the target. */
export function watchedMetric(name: TargetName, tracking: Tracking): WatchedMetric {
  const { predefined, customized } = tracking;
  if (predefined?.type === "LambdaProvisionedConcurrencyUtilization") {
    if (!name.dimension.startsWith("lambda:"))
      throw unsupportedMetric(predefined.type, name.dimension);
    return concurrencyMetric(name);
  }
  if (predefined) {
    const found = dynamoMetrics[predefined.type];
    if (!found || !name.dimension.endsWith(found.dimension))
      throw unsupportedMetric(predefined.type, name.dimension);
    return {
      kind: "metric",
      namespace: "AWS/DynamoDB",
      name: `Consumed${found.name}`,
      dimensions: tableDimensions(name),
      statistic: "Sum",
      periodSeconds,
    };
  }
  const given = customized as CustomMetric;
  if (given.Metrics) return { kind: "math", queries: given.Metrics as MetricQueries };
  if (!given.MetricName || !given.Namespace || !given.Statistic)
    throw validation(
      "CustomizedMetricSpecification needs MetricName, Namespace and Statistic, or Metrics",
    );
  return {
    kind: "metric",
    namespace: given.Namespace,
    name: given.MetricName,
    dimensions: given.Dimensions ?? [],
    statistic: given.Statistic,
    periodSeconds,
    ...(given.Unit !== undefined && { unit: given.Unit }),
  };
}

/** A part of 1, as the policy's target is. */
function concurrencyMetric({ resourceId }: TargetName): WatchedMetric {
  const { FunctionName, Qualifier } = functionNames(resourceId);
  return {
    kind: "metric",
    namespace: "AWS/Lambda",
    name: "ProvisionedConcurrencyUtilization",
    dimensions: [
      { Name: "FunctionName", Value: FunctionName },
      { Name: "Resource", Value: `${FunctionName}:${Qualifier}` },
    ],
    statistic: "Average",
    periodSeconds,
  };
}

interface CustomMetric {
  Metrics?: unknown[];
  MetricName?: string;
  Namespace?: string;
  Statistic?: string;
  Dimensions?: { Name: string; Value: string }[];
  Unit?: string;
}

function tableDimensions({ resourceId }: TargetName) {
  const { table, index } = dynamoNames(resourceId);
  return [
    { Name: "TableName", Value: table },
    ...(index === undefined ? [] : [{ Name: "GlobalSecondaryIndexName", Value: index }]),
  ];
}

/** What an alarm's value means for the policy: DynamoDB's is a sum over a minute. */
export function readingOf(tracking: Tracking, alarmValue: number): number {
  return isUtilization(tracking) ? alarmValue / periodSeconds : alarmValue;
}

export function nameAlarms(
  { resourceId }: TargetName,
  tracking: Omit<Tracking, "alarms">,
  kept: TrackingAlarms | undefined,
  uuid: () => string,
): TrackingAlarms {
  const name = (kind: string) => `TargetTracking-${resourceId}-${kind}-${uuid()}`;
  return {
    high: kept?.high ?? name("AlarmHigh"),
    ...(!tracking.disableScaleIn && { low: kept?.low ?? name("AlarmLow") }),
    ...(isUtilization({ ...tracking, alarms: { high: "" } }) && {
      provisionedHigh: kept?.provisionedHigh ?? name("ProvisionedCapacityHigh"),
      provisionedLow: kept?.provisionedLow ?? name("ProvisionedCapacityLow"),
    }),
  };
}

export function alarmNames({ tracking }: Pick<PolicyRecord, "tracking">): string[] {
  const { high, low, provisionedHigh, provisionedLow } = tracking?.alarms ?? {};
  return [high, low, provisionedHigh, provisionedLow].filter((name) => name !== undefined);
}

/** The alarms of a policy, for a resource that has so much capacity. */
export function alarmsOf(policy: PolicyRecord, capacity: number): PutAlarm[] {
  const tracking = policy.tracking!;
  const { alarms, targetValue } = tracking;
  const metric = watchedMetric(policy, tracking);
  const action = alarmAction(policy);
  const utilization = isUtilization(tracking);
  const shared = {
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${action}.`,
    AlarmActions: [action],
  };
  const watched = alarmMetric(metric);
  /** Percent of what is provisioned, as units consumed in a minute. */
  const unitsOf = (percent: number) => (capacity * Math.max(0, percent) * periodSeconds) / 100;
  const made: PutAlarm[] = [
    {
      ...shared,
      ...watched,
      AlarmName: alarms.high,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: utilization ? unitsOf(targetValue) : targetValue,
      EvaluationPeriods: utilization ? dynamoHighPeriods : highPeriods,
    },
  ];
  if (alarms.low !== undefined)
    made.push({
      ...shared,
      ...watched,
      AlarmName: alarms.low,
      ComparisonOperator: "LessThanThreshold",
      Threshold: utilization ? unitsOf(targetValue - dynamoLowPoints) : targetValue * lowShare,
      EvaluationPeriods: lowPeriods,
    });
  if (!utilization || metric.kind !== "metric") return made;
  // Whoever changes the capacity by hand has the other alarms' thresholds follow.
  const provisioned = (
    AlarmName: string | undefined,
    ComparisonOperator: PutAlarm["ComparisonOperator"],
  ) => ({
    ...shared,
    AlarmName,
    Namespace: metric.namespace,
    MetricName: metric.name.replace("Consumed", "Provisioned"),
    Dimensions: metric.dimensions,
    Statistic: "Average" as const,
    Period: provisionedPeriodSeconds,
    EvaluationPeriods: provisionedPeriods,
    ComparisonOperator,
    Threshold: capacity,
  });
  made.push(provisioned(alarms.provisionedHigh, "GreaterThanThreshold"));
  made.push(provisioned(alarms.provisionedLow, "LessThanThreshold"));
  return made;
}
