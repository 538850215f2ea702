/** What a function hears that an alarm calls. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
import type { Scope } from "#store/collection.ts";
import type { AlarmRecord, StateValue } from "../records.ts";
import { configurationOf, stateOf } from "./event.ts";
import { alarmArn } from "./message.ts";
import { offsetTime } from "./reason.ts";

export function functionEvent(
  scope: Scope,
  alarm: AlarmRecord,
  from: StateValue,
  contributor: { id: string; attributes: Record<string, string> } | undefined,
): string {
  return JSON.stringify({
    source: "aws.cloudwatch",
    alarmArn: alarmArn(scope, alarm.name),
    accountId: scope.account,
    time: offsetTime(alarm.stateUpdatedMs),
    region: scope.region,
    alarmData: {
      alarmName: alarm.name,
      state: stateOf(alarm),
      previousState: { value: from },
      configuration: configurationOf(alarm),
      ...(contributor && {
        contributor: { id: contributor.id, attributes: contributor.attributes },
      }),
    },
  });
}
