/** Subscription filters: none of AWS's destinations is there yet, so none can be made. */
import type { Operation } from "#services/kit/service.ts";
import { parseArn } from "#services/kit/arn.ts";
import { invalidParameter, notSupported, subscriptionFilterNotFound } from "../errors.ts";
import { findGroup } from "../find.ts";
import { parsePattern } from "../patterns/pattern.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
export const putSubscriptionFilter: Operation<"logs", "PutSubscriptionFilter", LogsState> = async (
  input,
  context,
) => {
  parsePattern(input.filterPattern ?? "");
  await context.store.transaction((tx) => findGroup(tx, input.logGroupName, context));
  const service = parseArn(input.destinationArn ?? "")?.service;
  if (service === undefined || !["lambda", "kinesis", "firehose", "logs"].includes(service))
    throw invalidParameter(
      `destinationArn for vendor ${service ?? "unknown"} cannot be used with subscription filters`,
    );
  throw notSupported(`subscription filters with destinations of ${service}`);
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html */
export const describeSubscriptionFilters: Operation<
  "logs",
  "DescribeSubscriptionFilters",
  LogsState
> = async (input, context) => {
  await context.store.transaction((tx) => findGroup(tx, input.logGroupName, context));
  return { subscriptionFilters: [] };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html */
export const deleteSubscriptionFilter: Operation<
  "logs",
  "DeleteSubscriptionFilter",
  LogsState
> = async (input, context) => {
  await context.store.transaction((tx) => findGroup(tx, input.logGroupName, context));
  throw subscriptionFilterNotFound();
};
