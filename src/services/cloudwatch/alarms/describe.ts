/** Alarms in AWS's form. */
import type {
  CompositeAlarm,
  MetricAlarm,
  StandardUnit,
  Statistic,
} from "@aws-sdk/client-cloudwatch";
import type { Scope } from "#store/collection.ts";
import { dateOf } from "#runtime/date.ts";
import { toAwsQuery } from "../math/query.ts";
import type { AlarmRecord, CompositeAlarmRecord, MetricAlarmRecord } from "../records.ts";
import { alarmArn } from "./message.ts";
import { suppressionReason } from "./suppression.ts";

function shared(alarm: AlarmRecord, scope: Scope) {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(scope, alarm.name),
    ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
    AlarmConfigurationUpdatedTimestamp: dateOf(alarm.configuredMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    ...(alarm.stateReasonData !== undefined && { StateReasonData: alarm.stateReasonData }),
    StateUpdatedTimestamp: dateOf(alarm.stateUpdatedMs),
    StateTransitionedTimestamp: dateOf(alarm.stateTransitionedMs),
  };
}

export function toMetricAlarm(alarm: MetricAlarmRecord, scope: Scope): MetricAlarm {
  const { metric, queries } = alarm;
  return {
    ...shared(alarm, scope),
    ...(metric && {
      MetricName: metric.name,
      Namespace: metric.namespace,
      ...(alarm.extended
        ? { ExtendedStatistic: metric.statistic }
        : { Statistic: metric.statistic as Statistic }),
      Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
      Period: metric.periodSeconds,
      ...(metric.unit !== undefined && { Unit: metric.unit as StandardUnit }),
    }),
    ...(!metric && { Dimensions: [] }),
    Metrics: (queries ?? []).map(toAwsQuery),
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
    ...(alarm.threshold !== undefined && { Threshold: alarm.threshold }),
    ...(alarm.thresholdId !== undefined && { ThresholdMetricId: alarm.thresholdId }),
    ComparisonOperator: alarm.comparison,
    ...(alarm.treatMissingData !== undefined && { TreatMissingData: alarm.treatMissingData }),
    ...(alarm.evaluateLowSampleCountPercentile !== undefined && {
      EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile,
    }),
  };
}

export function toCompositeAlarm(alarm: CompositeAlarmRecord, scope: Scope): CompositeAlarm {
  const { suppressor, suppression } = alarm;
  return {
    ...shared(alarm, scope),
    AlarmRule: alarm.rule,
    ...(suppressor && {
      ActionsSuppressor: suppressor.given,
      ActionsSuppressorWaitPeriod: suppressor.waitSeconds,
      ActionsSuppressorExtensionPeriod: suppressor.extensionSeconds,
    }),
    ...(suppression && {
      ActionsSuppressedBy: suppression.by,
      ActionsSuppressedReason: suppressionReason(suppression),
    }),
  };
}
