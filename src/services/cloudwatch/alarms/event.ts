/**
 * What EventBridge is told of an alarm.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
import type { Transaction } from "#store/store.ts";
import {
  dueEvents,
  type AlarmRecord,
  type DueEventRecord,
  type MetricStatRecord,
  type StateValue,
} from "../records.ts";
import { alarmArn } from "./message.ts";
import { offsetTime } from "./reason.ts";
import { suppressionReason } from "./suppression.ts";
import type { TransitionContext } from "./transition.ts";

export function oweStateEvent(
  tx: Transaction,
  context: TransitionContext,
  before: AlarmRecord,
  after: AlarmRecord,
): void {
  oweEvent(tx, context, after, "CloudWatch Alarm State Change", {
    alarmName: after.name,
    state: stateOf(after),
    previousState: stateOf(before),
    configuration: configurationOf(after),
  });
}

export function oweConfigurationEvent(
  tx: Transaction,
  context: TransitionContext,
  operation: "create" | "update" | "delete",
  alarm: AlarmRecord,
  before?: AlarmRecord,
): void {
  const whole = (record: AlarmRecord) => ({
    ...configurationOf(record),
    ...(record.type === "metric" && {
      evaluationPeriods: record.evaluationPeriods,
      ...(record.threshold !== undefined && { threshold: record.threshold }),
      comparisonOperator: record.comparison,
      ...(record.treatMissingData && { treatMissingData: record.treatMissingData }),
    }),
    alarmName: record.name,
    actionsEnabled: record.actionsEnabled,
    timestamp: offsetTime(record.configuredMs),
    okActions: record.okActions,
    alarmActions: record.alarmActions,
    insufficientDataActions: record.insufficientDataActions,
  });
  oweEvent(tx, context, alarm, "CloudWatch Alarm Configuration Change", {
    alarmName: alarm.name,
    operation,
    state: { value: alarm.state, timestamp: offsetTime(alarm.stateUpdatedMs) },
    configuration: whole(alarm),
    ...(before && { previousConfiguration: whole(before) }),
  });
}

function oweEvent(
  tx: Transaction,
  { scope, nowMs, random }: TransitionContext,
  alarm: AlarmRecord,
  detailType: DueEventRecord["detailType"],
  detail: object,
): void {
  dueEvents.put(tx, scope, [alarm.name, nowMs, random.hex(8)], {
    detailType,
    resource: alarmArn(scope, alarm.name),
    detail: JSON.stringify(detail),
    timeMs: nowMs,
  });
}

export function stateOf(alarm: AlarmRecord): Record<string, unknown> {
  const suppression = alarm.type === "composite" ? alarm.suppression : undefined;
  return {
    ...(suppression && {
      actionsSuppressedBy: suppression.by,
      actionsSuppressedReason: suppressionReason(suppression),
    }),
    value: alarm.state satisfies StateValue,
    reason: alarm.stateReason,
    ...(alarm.stateReasonData !== undefined && { reasonData: alarm.stateReasonData }),
    timestamp: offsetTime(alarm.stateUpdatedMs),
  };
}

export function configurationOf(alarm: AlarmRecord): Record<string, unknown> {
  const description = alarm.description !== undefined && { description: alarm.description };
  if (alarm.type === "composite")
    return {
      alarmRule: alarm.rule,
      ...(alarm.suppressor && {
        actionsSuppressor: alarm.suppressor.given,
        actionsSuppressorWaitPeriod: alarm.suppressor.waitSeconds,
        actionsSuppressorExtensionPeriod: alarm.suppressor.extensionSeconds,
      }),
      ...description,
    };
  const queries = alarm.metric
    ? [{ id: "m1", metricStat: statOf(alarm.metric), returnData: true }]
    : (alarm.queries ?? []).map((query) => ({
        id: query.id,
        ...(query.expression !== undefined && { expression: query.expression }),
        ...(query.label !== undefined && { label: query.label }),
        ...(query.stat && { metricStat: statOf(query.stat) }),
        returnData: query.returnData,
        ...(query.periodSeconds !== undefined && { period: query.periodSeconds }),
      }));
  return { ...description, metrics: queries };
}

function statOf(stat: MetricStatRecord): Record<string, unknown> {
  return {
    metric: {
      namespace: stat.namespace,
      name: stat.name,
      dimensions: Object.fromEntries(stat.dimensions.map(({ name, value }) => [name, value])),
    },
    period: stat.periodSeconds,
    stat: stat.statistic,
    ...(stat.unit !== undefined && { unit: stat.unit }),
  };
}
