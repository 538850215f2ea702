import type { Filter } from "@aws-sdk/client-auto-scaling";
import type { Operation } from "#services/kit/service.ts";
import { parseIso } from "#runtime/date.ts";
import { unsupported, validationError } from "../errors.ts";
import { describeActivity } from "../groups/describe-activity.ts";
import { activitiesKeptMs } from "../limits.ts";
import { page } from "../paging.ts";
import { activities, groups, type ActivityRecord } from "../records.ts";
import type { State } from "../state.ts";

/** Newest first. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html */
export const describeScalingActivities: Operation<
  "autoscaling",
  "DescribeScalingActivities",
  State
> = async (input, context) => {
  const { ActivityIds, AutoScalingGroupName: name } = input;
  const sinceMs = context.clock.now() - activitiesKeptMs;
  const matches = filterOf(input.Filters ?? []);
  return context.store.transaction(async (tx) => {
    const alive = new Set((await groups.list(tx, context)).map((group) => group.name));
    if (name !== undefined && !alive.has(name) && !input.IncludeDeletedGroups)
      throw validationError(
        `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`,
      );
    const all = await activities.list(tx, context, name === undefined ? [] : [name]);
    const wanted = all.filter(
      (activity) =>
        activity.startMs >= sinceMs &&
        (!ActivityIds?.length || ActivityIds.includes(activity.id)) &&
        (input.IncludeDeletedGroups || alive.has(activity.group)) &&
        matches(activity),
    );
    // Of one moment, what was written last comes first.
    const order = (activity: ActivityRecord, index: number) =>
      `${String(1e15 - activity.startMs).padStart(16, "0")}/${String(1e9 - index)}/${activity.id}`;
    const keyed = wanted.map((activity, index) => ({ activity, key: order(activity, index) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { items, next } = page(keyed, input, ({ key }) => key);
    return {
      Activities: items.map(({ activity }) =>
        describeActivity(activity, !alive.has(activity.group)),
      ),
      ...next,
    };
  });
};

function filterOf(filters: readonly Filter[]): (activity: ActivityRecord) => boolean {
  const tests = filters.map(({ Name = "", Values = [] }) => {
    if (Name === "Status") return ({ status }: ActivityRecord) => Values.includes(status);
    const [value] = Values;
    const bound = value === undefined ? Number.NaN : parseIso(value);
    if (Number.isNaN(bound))
      throw validationError(`The value of the filter ${Name} must be a time`);
    if (Name === "StartTimeLowerBound") return ({ startMs }: ActivityRecord) => startMs >= bound;
    if (Name === "StartTimeUpperBound") return ({ startMs }: ActivityRecord) => startMs <= bound;
    throw unsupported(`filter ${Name}`);
  });
  return (activity) => tests.every((test) => test(activity));
}
