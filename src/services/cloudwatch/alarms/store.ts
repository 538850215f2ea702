/** Writing an alarm's configuration, new or changed. */
import type { Tag } from "@aws-sdk/client-cloudwatch";
import type { Transaction } from "#store/store.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { alarms, type AlarmRecord } from "../records.ts";
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
  const alarm = {
    ...configuration,
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
              threshold: alarm.threshold,
              evaluationPeriods: alarm.evaluationPeriods,
              comparisonOperator: alarm.comparison,
            }
          : { alarmRule: alarm.rule }),
      },
    }),
  });
}
