import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { childrenOf, parseRule } from "../alarms/composite.ts";
import { toCompositeAlarm, toMetricAlarm } from "../alarms/describe.ts";
import { actionsFor } from "../alarms/transition.ts";
import { invalidCombination, invalidNextToken } from "../errors.ts";
import { defaultAlarmsPerPage, mostAlarmsPerPage } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, type AlarmRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export const describeAlarms: Operation<"cloudwatch", "DescribeAlarms", State> = async (
  input,
  context,
) => {
  const { AlarmNames, AlarmNamePrefix, ChildrenOfAlarmName, ParentsOfAlarmName } = input;
  if (AlarmNames?.length && AlarmNamePrefix !== undefined)
    throw invalidCombination("AlarmNamePrefix and AlarmNames cannot be specified together");
  const family = ChildrenOfAlarmName ?? ParentsOfAlarmName;
  const others = [AlarmNames, AlarmNamePrefix, input.AlarmTypes, input.StateValue];
  if (family !== undefined && others.some((other) => other !== undefined))
    throw invalidCombination(
      "ChildrenOfAlarmName and ParentsOfAlarmName cannot be combined with other filters",
    );
  // "If you omit this parameter, only metric alarms are returned", unless names were given.
  const types = input.AlarmTypes ?? (AlarmNames || family ? undefined : ["MetricAlarm"]);
  const wanted = (alarm: AlarmRecord) =>
    (!AlarmNames || AlarmNames.includes(alarm.name)) &&
    (AlarmNamePrefix === undefined || alarm.name.startsWith(AlarmNamePrefix)) &&
    (input.StateValue === undefined || alarm.state === input.StateValue) &&
    (!types || types.includes(alarm.type === "metric" ? "MetricAlarm" : "CompositeAlarm")) &&
    (input.ActionPrefix === undefined ||
      (["OK", "ALARM", "INSUFFICIENT_DATA"] as const)
        .flatMap((state) => actionsFor(alarm, state))
        .some((action) => action.startsWith(input.ActionPrefix!)));
  const all = await context.store.transaction(async (tx) => {
    if (!AlarmNames?.length) return alarms.list(tx, context);
    const named = await Promise.all(
      [...new Set(AlarmNames)].sort().map((name) => alarms.get(tx, context, name)),
    );
    return named.filter((alarm) => alarm !== undefined);
  });
  const related = family === undefined ? undefined : relatives(all, input);
  const { items, nextToken } = paginate(
    all.filter((alarm) => wanted(alarm) && (!related || related.has(alarm.name))),
    {
      limit: input.MaxRecords ?? (AlarmNames ? mostAlarmsPerPage : defaultAlarmsPerPage),
      token: input.NextToken,
      keyOf: ({ name }) => name,
      invalidToken: invalidNextToken,
    },
  );
  return {
    MetricAlarms: items.flatMap((alarm) =>
      alarm.type === "metric" ? [toMetricAlarm(alarm, context)] : [],
    ),
    CompositeAlarms: items.flatMap((alarm) =>
      alarm.type === "composite" ? [toCompositeAlarm(alarm, context)] : [],
    ),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

function relatives(
  all: readonly AlarmRecord[],
  {
    ChildrenOfAlarmName,
    ParentsOfAlarmName,
  }: { ChildrenOfAlarmName?: string | undefined; ParentsOfAlarmName?: string | undefined },
): Set<string> {
  const children = (alarm: AlarmRecord) =>
    alarm.type === "composite" ? childrenOf(parseRule(alarm.rule)) : [];
  const found = all.flatMap((alarm) => {
    if (alarm.name === ChildrenOfAlarmName) return children(alarm);
    const parent = ParentsOfAlarmName !== undefined && children(alarm).includes(ParentsOfAlarmName);
    return parent ? [alarm.name] : [];
  });
  return new Set(found);
}
