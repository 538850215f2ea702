/** Policies that let other services write logs. They are stored and returned. */
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, limitExceeded, notSupported, policyNotFound } from "../errors.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { resourcePolicies, type ResourcePolicyRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
export const putResourcePolicy: Operation<"logs", "PutResourcePolicy", LogsState> = async (
  input,
  context,
) => {
  const { policyName: name, policyDocument: document = "" } = input;
  if (input.resourceArn !== undefined) throw notSupported("policies of single log groups");
  if (name === undefined) throw invalidParameter("policyName must be specified.");
  const policy = { name, document, updatedMs: Math.floor(context.clock.now()) };
  await context.store.transaction(async (tx) => {
    const present = await resourcePolicies.list(tx, context);
    if (present.length >= limits.resourcePolicies && !present.some((one) => one.name === name))
      throw limitExceeded();
    resourcePolicies.put(tx, context, [name], policy);
  });
  return { resourcePolicy: describe(policy) };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html */
export const describeResourcePolicies: Operation<
  "logs",
  "DescribeResourcePolicies",
  LogsState
> = async (input, context) => {
  if (input.resourceArn !== undefined || input.policyScope === "RESOURCE")
    throw notSupported("policies of single log groups");
  const all = await context.store.transaction((tx) => resourcePolicies.list(tx, context));
  const page = pageOf(all, input, ({ name }) => name);
  return {
    resourcePolicies: page.items.map(describe),
    ...page.next,
  };
};

function describe({ name, document, updatedMs }: ResourcePolicyRecord) {
  return { policyName: name, policyDocument: document, lastUpdatedTime: updatedMs };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html */
export const deleteResourcePolicy: Operation<"logs", "DeleteResourcePolicy", LogsState> = async (
  input,
  context,
) => {
  const { policyName: name = "" } = input;
  await context.store.transaction(async (tx) => {
    if (!(await resourcePolicies.get(tx, context, name))) throw policyNotFound(name);
    resourcePolicies.delete(tx, context, name);
  });
  return {};
};
