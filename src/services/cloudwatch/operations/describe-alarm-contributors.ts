import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { invalidNextToken, resourceNotFound } from "../errors.ts";
import { mostAlarmsPerPage } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, contributors } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmContributors.html */
export const describeAlarmContributors: Operation<
  "cloudwatch",
  "DescribeAlarmContributors",
  State
> = async (input, context) => {
  const name = input.AlarmName!;
  const found = await context.store.transaction(async (tx) => {
    if (!(await alarms.get(tx, context, name))) throw resourceNotFound("alarm", name);
    return contributors.entries(tx, context, [name]);
  });
  const { items, nextToken } = paginate(found, {
    limit: mostAlarmsPerPage,
    token: input.NextToken,
    keyOf: ({ id }) => id[1] as string,
    invalidToken: invalidNextToken,
  });
  return {
    AlarmContributors: items.map(({ id, record }) => ({
      ContributorId: id[1] as string,
      ContributorAttributes: record.attributes,
      StateReason: record.reason.slice(0, 1023),
      StateTransitionedTimestamp: dateOf(record.transitionedMs),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
