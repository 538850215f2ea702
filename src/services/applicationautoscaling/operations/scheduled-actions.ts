import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { scheduledActionArn } from "../arns.ts";
import { actionNotFound, invalidToken, limitExceeded, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { scheduledActions, targetKey, type ScheduledActionRecord } from "../records.ts";
import { nextRun } from "../schedule.ts";
import type { ScalingState } from "../state.ts";
import { awsName, nameOf, prefixOf } from "../targets/name.ts";
import { getTarget } from "../targets/wish.ts";

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html */
export const putScheduledAction: Operation<
  "applicationautoscaling",
  "PutScheduledAction",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const own = input.ScheduledActionName!;
  const key = [...targetKey(name), own];
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    await getTarget(tx, context, name);
    const present = await scheduledActions.get(tx, context, ...key);
    const others = present ? [] : await scheduledActions.list(tx, context, targetKey(name));
    if (others.length >= limits.scheduledActionsPerTarget)
      throw limitExceeded(
        `A scalable target can have at most ${limits.scheduledActionsPerTarget} scheduled actions.`,
      );
    const schedule = input.Schedule ?? present?.schedule;
    if (schedule === undefined) throw validation("Schedule is required for new scheduled actions");
    const min = input.ScalableTargetAction?.MinCapacity ?? present?.min;
    const max = input.ScalableTargetAction?.MaxCapacity ?? present?.max;
    if (min === undefined && max === undefined)
      throw validation("ScalableTargetAction must have MinCapacity or MaxCapacity");
    if (min !== undefined && max !== undefined && max < min)
      throw validation("Maximum capacity cannot be less than minimum capacity");
    const timeZone = input.Timezone ?? present?.timeZone;
    // "If you don't specify start and end times, the old values are deleted."
    const action: ScheduledActionRecord = {
      ...name,
      name: own,
      arn: present?.arn ?? scheduledActionArn(context, context.random.uuid(), name, own),
      createdMs: present?.createdMs ?? nowMs,
      schedule,
      ...(timeZone !== undefined && { timeZone }),
      ...(input.StartTime && { startMs: input.StartTime.getTime() }),
      ...(input.EndTime && { endMs: input.EndTime.getTime() }),
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
    };
    const nextMs = nextRun(action, nowMs);
    scheduledActions.put(tx, context, key, { ...action, ...(nextMs !== undefined && { nextMs }) });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScheduledAction.html */
export const deleteScheduledAction: Operation<
  "applicationautoscaling",
  "DeleteScheduledAction",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const key = [...targetKey(name), input.ScheduledActionName!];
  await context.store.transaction(async (tx) => {
    if (!(await scheduledActions.get(tx, context, ...key)))
      throw actionNotFound(name, input.ScheduledActionName!);
    scheduledActions.delete(tx, context, ...key);
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScheduledActions.html */
export const describeScheduledActions: Operation<
  "applicationautoscaling",
  "DescribeScheduledActions",
  ScalingState
> = async (input, context) => {
  const { ScheduledActionNames: names = [], ScalableDimension: dimension } = input;
  const all = await context.store.transaction((tx) =>
    scheduledActions.list(tx, context, prefixOf(input)),
  );
  const wanted = all.filter(
    (action) =>
      (names.length === 0 || names.includes(action.name)) &&
      (dimension === undefined || action.dimension === dimension),
  );
  const page = paginate(wanted, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: (action) => [...targetKey(action), action.name].join("\0"),
    invalidToken,
  });
  return { ScheduledActions: page.items.map(describe), NextToken: page.nextToken };
};

function describe(action: ScheduledActionRecord) {
  return {
    ...awsName(action),
    ScheduledActionName: action.name,
    ScheduledActionARN: action.arn,
    Schedule: action.schedule,
    ...(action.timeZone !== undefined && { Timezone: action.timeZone }),
    ...(action.startMs !== undefined && { StartTime: dateOf(action.startMs) }),
    ...(action.endMs !== undefined && { EndTime: dateOf(action.endMs) }),
    ScalableTargetAction: {
      ...(action.min !== undefined && { MinCapacity: action.min }),
      ...(action.max !== undefined && { MaxCapacity: action.max }),
    },
    CreationTime: dateOf(action.createdMs),
  };
}
