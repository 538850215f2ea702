import type { Context, Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { invalidNextToken, resourceNotFound, validationError } from "../errors.ts";
import { defaultAlarmsPerPage } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { cronOf, muteStateAt, readDuration, ScheduleError } from "../mute/window.ts";
import { alarms, muteRules, type MuteRuleRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html */
export const putAlarmMuteRule: Operation<"cloudwatch", "PutAlarmMuteRule", State> = async (
  input,
  context,
) => {
  const { Expression: expression = "", Duration = "", Timezone } = input.Rule?.Schedule ?? {};
  const name = input.Name!;
  const targets = [...new Set(input.MuteTargets?.AlarmNames ?? [])];
  const timeOf = (date: Date) => date.getTime() + clientOffset(context, date.getTime());
  const rule = {
    name,
    ...(input.Description !== undefined && { description: input.Description }),
    expression,
    durationMs: checked(() => readDuration(Duration)),
    duration: Duration,
    ...(Timezone !== undefined && { timezone: Timezone }),
    targets,
    ...(input.StartDate && { startMs: timeOf(input.StartDate) }),
    ...(input.ExpireDate && { expireMs: timeOf(input.ExpireDate) }),
    updatedMs: context.clock.now(),
  };
  checked(() => cronOf(rule));
  const before = await context.store.transaction(async (tx) => {
    for (const target of targets)
      if (!(await alarms.get(tx, context, target)))
        throw validationError(`The alarm ${target} in MuteTargets does not exist.`);
    const present = await muteRules.get(tx, context, name);
    muteRules.put(tx, context, [name], {
      ...rule,
      tags: present?.tags ?? tagsFromList(input.Tags),
    });
    return present;
  });
  wake(context, [...targets, ...(before?.targets ?? [])]);
  return {};
};

/** Alarms that the rule muted are unmuted at once. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarmMuteRule.html */
export const deleteAlarmMuteRule: Operation<"cloudwatch", "DeleteAlarmMuteRule", State> = async (
  input,
  context,
) => {
  const name = input.AlarmMuteRuleName!;
  const before = await context.store.transaction(async (tx) => {
    const present = await muteRules.get(tx, context, name);
    muteRules.delete(tx, context, name);
    return present;
  });
  wake(context, before?.targets ?? []);
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetAlarmMuteRule.html */
export const getAlarmMuteRule: Operation<"cloudwatch", "GetAlarmMuteRule", State> = async (
  input,
  context,
) => {
  const name = input.AlarmMuteRuleName!;
  const rule = await context.store.transaction((tx) => muteRules.get(tx, context, name));
  if (!rule) throw resourceNotFound("alarm-mute-rule", name);
  return {
    Name: name,
    ...(rule.description !== undefined && { Description: rule.description }),
    Rule: {
      Schedule: {
        Expression: rule.expression,
        Duration: rule.duration,
        ...(rule.timezone !== undefined && { Timezone: rule.timezone }),
      },
    },
    MuteTargets: { AlarmNames: rule.targets },
    ...(rule.startMs !== undefined && { StartDate: dateOf(rule.startMs) }),
    ...summaryOf(rule, context),
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListAlarmMuteRules.html */
export const listAlarmMuteRules: Operation<"cloudwatch", "ListAlarmMuteRules", State> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => muteRules.list(tx, context));
  const found = all.filter(
    (rule) =>
      (input.AlarmName === undefined || rule.targets.includes(input.AlarmName)) &&
      (!input.Statuses?.length ||
        input.Statuses.includes(muteStateAt(rule, context.clock.now()).status)),
  );
  const { items, nextToken } = paginate(found, {
    limit: input.MaxRecords ?? defaultAlarmsPerPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken: invalidNextToken,
  });
  return {
    AlarmMuteRuleSummaries: items.map((rule) => summaryOf(rule, context)),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

function summaryOf(rule: MuteRuleRecord, context: Context<State>) {
  return {
    AlarmMuteRuleArn: formatArn("cloudwatch", context, `alarm-mute-rule:${rule.name}`),
    ...(rule.expireMs !== undefined && { ExpireDate: dateOf(rule.expireMs) }),
    Status: muteStateAt(rule, context.clock.now()).status,
    MuteType: rule.expression.startsWith("at(") ? "ONE_TIME" : "RECURRING",
    LastUpdatedTimestamp: dateOf(rule.updatedMs),
  };
}

function wake(context: Context<State>, names: readonly string[]): void {
  for (const name of names) context.state.wakeAlarm?.(context, name);
}

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScheduleError) throw validationError(error.message);
    throw error;
  }
}
