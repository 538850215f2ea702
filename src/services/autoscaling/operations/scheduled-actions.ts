import type { Context, Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { scheduledActionArn } from "../arns.ts";
import { limitExceeded, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { mostScheduledActionsPerGroup } from "../limits.ts";
import { page } from "../paging.ts";
import { scheduledActions, type ScheduledActionRecord } from "../records.ts";
import { nextRun } from "../schedule.ts";
import type { State } from "../state.ts";

type Request = Omit<Input<"autoscaling", "PutScheduledUpdateGroupAction">, "AutoScalingGroupName">;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html */
export const putScheduledAction: Operation<
  "autoscaling",
  "PutScheduledUpdateGroupAction",
  State
> = async (input, context) => {
  await context.store.transaction((tx) => put(tx, context, input.AutoScalingGroupName!, input));
  return {};
};

async function put(
  tx: Transaction,
  context: Context<State>,
  group: string,
  input: Request,
): Promise<void> {
  await getGroup(tx, context, group);
  const name = input.ScheduledActionName!;
  const present = await scheduledActions.get(tx, context, group, name);
  const count = present ? 0 : (await scheduledActions.list(tx, context, [group])).length;
  if (count >= mostScheduledActionsPerGroup)
    throw limitExceeded(
      `A group can have at most ${mostScheduledActionsPerGroup} scheduled actions.`,
    );
  const action = read(input, group, context, present);
  scheduledActions.put(tx, context, [group, name], action);
}

function read(
  input: Request,
  group: string,
  context: Context<State>,
  present: ScheduledActionRecord | undefined,
): ScheduledActionRecord {
  const nowMs = context.clock.now();
  const { MinSize, MaxSize, DesiredCapacity, Recurrence, TimeZone } = input;
  if (MinSize === undefined && MaxSize === undefined && DesiredCapacity === undefined)
    throw validationError(
      "At least one of MinSize, MaxSize and DesiredCapacity must be specified in the scheduled action.",
    );
  if (input.Time && input.StartTime && input.Time.getTime() !== input.StartTime.getTime())
    throw validationError("Time and StartTime cannot be different");
  const startMs = (input.StartTime ?? input.Time)?.getTime();
  const endMs = input.EndTime?.getTime();
  if (startMs === undefined && Recurrence === undefined)
    throw validationError("Either StartTime or Recurrence must be specified.");
  if (startMs !== undefined && startMs <= nowMs)
    throw validationError("Given start time is in the past");
  if (endMs !== undefined && endMs <= (startMs ?? nowMs))
    throw validationError("EndTime must be after StartTime and in the future");
  if (MinSize !== undefined && MaxSize !== undefined && MinSize > MaxSize)
    throw validationError("Min size must not be greater than max size");
  const name = input.ScheduledActionName!;
  const action: ScheduledActionRecord = {
    group,
    name,
    arn: present?.arn ?? scheduledActionArn(context, context.random.uuid(), group, name),
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
    ...(Recurrence !== undefined && { recurrence: Recurrence }),
    ...(TimeZone !== undefined && { timeZone: TimeZone }),
    ...(MinSize !== undefined && { minSize: MinSize }),
    ...(MaxSize !== undefined && { maxSize: MaxSize }),
    ...(DesiredCapacity !== undefined && { desired: DesiredCapacity }),
  };
  const nextMs = nextRun(action, nowMs);
  if (nextMs === undefined) throw validationError("The scheduled action would never act");
  return { ...action, nextMs };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_BatchPutScheduledUpdateGroupAction.html */
export const batchPutScheduledAction: Operation<
  "autoscaling",
  "BatchPutScheduledUpdateGroupAction",
  State
> = (input, context) =>
  eachOf(
    input.ScheduledUpdateGroupActions ?? [],
    ({ ScheduledActionName }) => ScheduledActionName!,
    (request) =>
      context.store.transaction((tx) => put(tx, context, input.AutoScalingGroupName!, request)),
  ).then((failed) => ({ FailedScheduledUpdateGroupActions: failed }));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_BatchDeleteScheduledAction.html */
export const batchDeleteScheduledAction: Operation<
  "autoscaling",
  "BatchDeleteScheduledAction",
  State
> = (input, context) =>
  eachOf(
    input.ScheduledActionNames ?? [],
    (name) => name,
    (name) =>
      context.store.transaction((tx) => remove(tx, context, input.AutoScalingGroupName!, name)),
  ).then((failed) => ({ FailedScheduledActions: failed }));

async function eachOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  work: (item: T) => Promise<void>,
) {
  const failed = [];
  for (const item of items)
    try {
      await work(item);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({
        ScheduledActionName: nameOf(item),
        ErrorCode: error.code,
        ErrorMessage: error.message,
      });
    }
  return failed;
}

async function remove(
  tx: Transaction,
  context: Context<State>,
  group: string,
  name: string,
): Promise<void> {
  // The same answer whether the action or its whole group is missing: actions go with their group.
  if (!(await scheduledActions.get(tx, context, group, name)))
    throw validationError("Scheduled action name not found");
  scheduledActions.delete(tx, context, group, name);
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteScheduledAction.html */
export const deleteScheduledAction: Operation<
  "autoscaling",
  "DeleteScheduledAction",
  State
> = async (input, context) => {
  await context.store.transaction((tx) =>
    remove(tx, context, input.AutoScalingGroupName!, input.ScheduledActionName!),
  );
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScheduledActions.html */
export const describeScheduledActions: Operation<
  "autoscaling",
  "DescribeScheduledActions",
  State
> = async (input, context) => {
  const { AutoScalingGroupName: group, ScheduledActionNames: names } = input;
  const all = await context.store.transaction(async (tx) => {
    if (group !== undefined) await getGroup(tx, context, group);
    return scheduledActions.list(tx, context, group === undefined ? [] : [group]);
  });
  const fromMs = input.StartTime?.getTime() ?? Number.NEGATIVE_INFINITY;
  const toMs = input.EndTime?.getTime() ?? Number.POSITIVE_INFINITY;
  const wanted = all.filter(({ name, nextMs = 0 }) =>
    names?.length ? names.includes(name) : nextMs >= fromMs && nextMs <= toMs,
  );
  const { items, next } = page(wanted, input, (action) => `${action.group}/${action.name}`);
  return { ScheduledUpdateGroupActions: items.map(describe), ...next };
};

function describe(action: ScheduledActionRecord) {
  const shownMs = action.startMs ?? action.nextMs;
  return {
    AutoScalingGroupName: action.group,
    ScheduledActionName: action.name,
    ScheduledActionARN: action.arn,
    ...(shownMs !== undefined && { Time: dateOf(shownMs), StartTime: dateOf(shownMs) }),
    ...(action.endMs !== undefined && { EndTime: dateOf(action.endMs) }),
    ...(action.recurrence !== undefined && { Recurrence: action.recurrence }),
    ...(action.minSize !== undefined && { MinSize: action.minSize }),
    ...(action.maxSize !== undefined && { MaxSize: action.maxSize }),
    ...(action.desired !== undefined && { DesiredCapacity: action.desired }),
    ...(action.timeZone !== undefined && { TimeZone: action.timeZone }),
  };
}
