/** Subscription filters: what a group's functions are told of as it comes. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import {
  invalidParameter,
  limitExceeded,
  notSupported,
  subscriptionFilterNotFound,
} from "../errors.ts";
import { findGroup, groupArn } from "../find.ts";
import { limits } from "../limits.ts";
import { parsePattern } from "../patterns/pattern.ts";
import { pageOf } from "../paging.ts";
import { subscriptionFilters, type SubscriptionFilterRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
export const putSubscriptionFilter: Operation<"logs", "PutSubscriptionFilter", LogsState> = async (
  input,
  context,
) => {
  const { filterName: name = "", filterPattern: pattern = "", destinationArn = "" } = input;
  if (input.applyOnTransformedLogs || input.fieldSelectionCriteria || input.emitSystemFields)
    throw notSupported("log transformers and system fields of subscription filters");
  parsePattern(pattern);
  const { scope, group } = await context.store.transaction((tx) =>
    findGroup(tx, input.logGroupName, context),
  );
  const service = parseArn(destinationArn)?.service;
  if (service === undefined || !["lambda", "kinesis", "firehose", "logs"].includes(service))
    throw invalidParameter(
      `destinationArn for vendor ${service ?? "unknown"} cannot be used with subscription filters`,
    );
  if (service !== "lambda") throw unreachable(service, destinationArn);
  if (group.name === `/aws/lambda/${/:function:([^:]+)/.exec(destinationArn)?.[1]}`)
    throw invalidParameter(
      "The log group provided is reserved for the function logs of the destination function.",
    );
  if (input.roleArn !== undefined)
    throw invalidParameter("destinationArn for vendor lambda cannot be used with roleArn");
  await checkFunction(context, groupArn(scope, group.name), destinationArn);
  await context.store.transaction(async (tx) => {
    const found = await findGroup(tx, input.logGroupName, context);
    const present = await subscriptionFilters.list(tx, found.scope, [found.group.id]);
    const before = present.find((one) => one.name === name);
    if (!before && present.length >= limits.subscriptionFilters) throw limitExceeded();
    const record: SubscriptionFilterRecord = {
      name,
      pattern,
      destinationArn,
      distribution: input.distribution ?? "ByLogStream",
      createdMs: before?.createdMs ?? Math.floor(context.clock.now()),
    };
    subscriptionFilters.put(tx, found.scope, [found.group.id, name], record);
  });
  return {};
};

/** Streams are tried before a filter is kept, and Fogbank has none that could take the test message. */
function unreachable(service: string, destinationArn: string): AwsError {
  if (service === "logs")
    return /:destination:/.test(destinationArn)
      ? notSupported("subscription filters with logical destinations")
      : invalidParameter(`destinationArn ${destinationArn} is not the ARN of a destination`);
  const stream = service === "kinesis" ? "Kinesis" : "Firehose";
  return invalidParameter(
    `Could not deliver test message to specified ${stream} stream. Fogbank does not have ${stream}. See COVERAGE.md for what it has.`,
  );
}

/** The function must let the group's events in. Throws InvalidParameterException. */
async function checkFunction(
  context: Context<LogsState>,
  groupArnText: string,
  functionArn: string,
): Promise<void> {
  const caller = asService(context, "logs.amazonaws.com", `${groupArnText}:*`);
  try {
    await context.clients
      .lambda(caller)
      .Invoke({ FunctionName: functionArn, InvocationType: "DryRun" });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
    );
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html */
export const describeSubscriptionFilters: Operation<
  "logs",
  "DescribeSubscriptionFilters",
  LogsState
> = async (input, context) => {
  const { group, all } = await context.store.transaction(async (tx) => {
    const found = await findGroup(tx, input.logGroupName, context);
    const own = await subscriptionFilters.list(tx, found.scope, [found.group.id]);
    return { group: found.group, all: own };
  });
  const page = pageOf(
    all.filter(({ name }) => name.startsWith(input.filterNamePrefix ?? "")),
    input,
    ({ name }) => name,
  );
  return {
    subscriptionFilters: page.items.map((record) => ({
      filterName: record.name,
      logGroupName: group.name,
      filterPattern: record.pattern,
      destinationArn: record.destinationArn,
      distribution: record.distribution,
      applyOnTransformedLogs: false,
      creationTime: record.createdMs,
    })),
    ...page.next,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html */
export const deleteSubscriptionFilter: Operation<
  "logs",
  "DeleteSubscriptionFilter",
  LogsState
> = async (input, context) => {
  const name = input.filterName ?? "";
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    if (!(await subscriptionFilters.get(tx, scope, group.id, name)))
      throw subscriptionFilterNotFound();
    subscriptionFilters.delete(tx, scope, group.id, name);
  });
  return {};
};
