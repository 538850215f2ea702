/** Writing an alarm's configuration, new or changed. */
import type { Tag } from "@aws-sdk/client-cloudwatch";
import type { Transaction } from "#store/store.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { alarms, type AlarmRecord, type SuppressionRecord } from "../records.ts";
import { noteDependencies } from "./composite.ts";
import { oweConfigurationEvent } from "./event.ts";
import { writeHistory } from "./history.ts";
import { alarmArn } from "./message.ts";
import type { TransitionContext } from "./transition.ts";

type Configured =
  | "state"
  | "stateReason"
  | "stateReasonData"
  | "stateUpdatedMs"
  | "stateTransitionedMs"
  | "configuredMs"
  | "createdMs"
  | "repeatedMs"
  | "suppression"
  | "mutedFrom"
  | "tags";

/** What the caller decides about an alarm; the rest is kept from before or begins anew. */
export type AlarmConfiguration = AlarmRecord extends infer A
  ? A extends AlarmRecord
    ? Omit<A, Configured>
    : never
  : never;

export async function putAlarm(
  tx: Transaction,
  context: TransitionContext,
  configuration: AlarmConfiguration,
  tags: readonly Tag[] | undefined,
): Promise<void> {
  const { scope, nowMs } = context;
  const present = await alarms.get(tx, scope, configuration.name);
  const kept = present?.type === configuration.type ? present : undefined;
  const suppression = keptSuppression(kept, configuration);
  const alarm: AlarmRecord = {
    ...configuration,
    ...(suppression && { suppression }),
    ...(kept?.mutedFrom !== undefined && { mutedFrom: kept.mutedFrom }),
    configuredMs: nowMs,
    createdMs: kept?.createdMs ?? nowMs,
    state: kept?.state ?? "INSUFFICIENT_DATA",
    stateReason: kept?.stateReason ?? "Unchecked: Initial alarm creation",
    ...(kept?.stateReasonData !== undefined && { stateReasonData: kept.stateReasonData }),
    ...(kept?.repeatedMs !== undefined && { repeatedMs: kept.repeatedMs }),
    stateUpdatedMs: kept?.stateUpdatedMs ?? nowMs,
    stateTransitionedMs: kept?.stateTransitionedMs ?? nowMs,
    // "If you are using this operation to update an existing alarm, any tags are ignored."
    tags: kept?.tags ?? tagsFromList(tags),
  };
  alarms.put(tx, scope, [alarm.name], alarm);
  noteDependencies(tx, scope, present, alarm);
  oweConfigurationEvent(tx, context, kept ? "update" : "create", alarm, kept);
  await writeHistory(tx, context, alarm, {
    type: "ConfigurationUpdate",
    summary: `Alarm "${alarm.name}" ${kept ? "updated" : "created"}`,
    data: JSON.stringify({
      version: "1.0",
      type: kept ? "Update" : "Create",
      [kept ? "updatedAlarm" : "createdAlarm"]: {
        alarmName: alarm.name,
        alarmArn: alarmArn(scope, alarm.name),
        actionsEnabled: alarm.actionsEnabled,
        okActions: alarm.okActions,
        alarmActions: alarm.alarmActions,
        insufficientDataActions: alarm.insufficientDataActions,
        ...(alarm.type === "metric"
          ? {
              ...(alarm.threshold !== undefined && { threshold: alarm.threshold }),
              evaluationPeriods: alarm.evaluationPeriods,
              comparisonOperator: alarm.comparison,
            }
          : { alarmRule: alarm.rule }),
      },
    }),
  });
}

/** "If you replace the action suppressor alarm, any active WaitPeriod or ExtensionPeriod is discarded." */
function keptSuppression(
  kept: AlarmRecord | undefined,
  configuration: AlarmConfiguration,
): SuppressionRecord | undefined {
  if (kept?.type !== "composite" || configuration.type !== "composite") return undefined;
  return kept.suppressor?.name === configuration.suppressor?.name ? kept.suppression : undefined;
}
