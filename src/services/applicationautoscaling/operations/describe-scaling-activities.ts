import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { activities, type ActivityRecord } from "../records.ts";
import type { ScalingState } from "../state.ts";
import { awsName, prefixOf } from "../targets/name.ts";

/**
 * Newest first.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html
 */
export const describeScalingActivities: Operation<
  "applicationautoscaling",
  "DescribeScalingActivities",
  ScalingState
> = async (input, context) => {
  const all = await context.store.transaction((tx) =>
    activities.list(tx, context, prefixOf(input)),
  );
  const sinceMs = context.clock.now() - limits.activitiesKeptMs;
  const keyOf = ({ startMs, id }: ActivityRecord) => `${1e15 - startMs}/${id}`;
  const wanted = all
    .filter(({ startMs, notScaled }) => {
      const shown = input.IncludeNotScaledActivities === true || notScaled === undefined;
      return shown && startMs >= sinceMs;
    })
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = paginate(wanted, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf,
    invalidToken,
  });
  return { ScalingActivities: page.items.map(describe), NextToken: page.nextToken };
};

function describe(activity: ActivityRecord) {
  const { notScaled } = activity;
  return {
    ...awsName(activity),
    ActivityId: activity.id,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: dateOf(activity.startMs),
    ...(activity.endMs !== undefined && { EndTime: dateOf(activity.endMs) }),
    StatusCode: activity.status,
    ...(activity.statusMessage !== undefined && { StatusMessage: activity.statusMessage }),
    ...(notScaled && {
      NotScaledReasons: [
        {
          Code: notScaled.code,
          ...(notScaled.max !== undefined && { MaxCapacity: notScaled.max }),
          ...(notScaled.min !== undefined && { MinCapacity: notScaled.min }),
          ...(notScaled.current !== undefined && { CurrentCapacity: notScaled.current }),
        },
      ],
    }),
  };
}
