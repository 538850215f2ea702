/** What an alarm tells the subscribers of a topic. */
import type { AlarmRecord, MetricAlarmRecord, QueryRecord, StateValue } from "../records.ts";
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import { offsetTime } from "./reason.ts";
import { isSimpleStatistic } from "../math/query.ts";

const regionNames: Record<string, string> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
  "af-south-1": "Africa (Cape Town)",
  "ap-east-1": "Asia Pacific (Hong Kong)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-northeast-3": "Asia Pacific (Osaka)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ap-southeast-3": "Asia Pacific (Jakarta)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-west-1": "EU (Ireland)",
  "eu-west-2": "EU (London)",
  "eu-west-3": "EU (Paris)",
  "eu-north-1": "EU (Stockholm)",
  "eu-south-1": "EU (Milan)",
  "me-south-1": "Middle East (Bahrain)",
  "sa-east-1": "South America (Sao Paulo)",
};

export function alarmArn(scope: Scope, name: string): string {
  return formatArn("cloudwatch", scope, `alarm:${name}`);
}

export function subjectOf(alarm: AlarmRecord, scope: Scope, state: StateValue): string {
  // A subject has at most 100 characters.
  const subject = `${state}: "${alarm.name}" in ${regionNames[scope.region] ?? scope.region}`;
  return subject.length <= 100 ? subject : `${subject.slice(0, 97)}...`;
}

/** One time series of an alarm on many. */
export interface Contributor {
  id: string;
  attributes: Record<string, string>;
}

/** The JSON of the message, for a change from `from` to the alarm's present state. */
export function messageOf(
  alarm: AlarmRecord,
  scope: Scope,
  from: StateValue,
  contributor?: Contributor,
): string {
  return JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    ...(contributor && {
      AlarmContributorId: contributor.id,
      AlarmContributorAttributes: contributor.attributes,
    }),
    AWSAccountId: scope.account,
    AlarmConfigurationUpdatedTimestamp: offsetTime(alarm.configuredMs),
    NewStateValue: alarm.state,
    NewStateReason: alarm.stateReason,
    StateChangeTime: offsetTime(alarm.stateTransitionedMs),
    Region: regionNames[scope.region] ?? scope.region,
    AlarmArn: alarmArn(scope, alarm.name),
    OldStateValue: from,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    ...(alarm.type === "metric" ? { Trigger: triggerOf(alarm) } : { AlarmRule: alarm.rule }),
  });
}

function triggerOf(alarm: MetricAlarmRecord): Record<string, unknown> {
  const { metric } = alarm;
  const rule = {
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
    ComparisonOperator: alarm.comparison,
    ...(alarm.thresholdId === undefined
      ? { Threshold: alarm.threshold }
      : { ThresholdMetricId: alarm.thresholdId }),
    TreatMissingData: alarm.treatMissingData ?? "",
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile ?? "",
  };
  if (!metric) {
    const period = Math.max(...(alarm.queries ?? []).map(({ stat }) => stat?.periodSeconds ?? 0));
    return { Period: period, ...rule, Metrics: (alarm.queries ?? []).map(queryOf) };
  }
  const simple = isSimpleStatistic(metric.statistic);
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    StatisticType: simple ? "Statistic" : "ExtendedStatistic",
    ...(simple
      ? { Statistic: statisticWord(metric.statistic) }
      : { ExtendedStatistic: metric.statistic }),
    Unit: metric.unit ?? null,
    Dimensions: metric.dimensions.map(({ name, value }) => ({ value, name })),
    Period: metric.periodSeconds,
    ...rule,
  };
}

/** SampleCount is SAMPLE_COUNT in messages, Average is AVERAGE. */
function statisticWord(statistic: string): string {
  return statistic.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function queryOf(query: QueryRecord): Record<string, unknown> {
  const { stat } = query;
  return {
    ...(query.expression !== undefined && { Expression: query.expression }),
    Id: query.id,
    ...(query.label !== undefined && { Label: query.label }),
    ...(stat && {
      MetricStat: {
        Metric: {
          Dimensions: stat.dimensions.map(({ name, value }) => ({ value, name })),
          MetricName: stat.name,
          Namespace: stat.namespace,
        },
        Period: stat.periodSeconds,
        Stat: stat.statistic,
      },
    }),
    ReturnData: query.returnData,
  };
}
