/** AddPermission and RemovePermission: shorthand for statements of the queue's policy. */
import type { Operation } from "#services/kit/service.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { invalidParameter } from "../errors.ts";
import { findQueue, queueArn } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

interface Statement {
  Sid?: string;
  [member: string]: unknown;
}

interface Policy {
  Version: string;
  Id?: string;
  Statement: Statement[];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export const addPermission: Operation<"sqs", "AddPermission", SqsState> = async (
  input,
  context,
) => {
  const { Label: label, AWSAccountIds: accounts = [], Actions: actions = [] } = input;
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    const arn = queueArn(scope, queue.name);
    const policy = policyOf(queue.attributes.Policy, arn);
    if (policy.Statement.some(({ Sid }) => Sid === label))
      throw invalidParameter(
        `Value ${label} for parameter Label is invalid. Reason: Already exists.`,
      );
    const principals = accounts.map(
      (account) => `arn:${partitionOf(scope.region)}:iam::${account}:root`,
    );
    const names = actions.map((action) => `SQS:${action}`);
    policy.Statement.push({
      Sid: label,
      Effect: "Allow",
      Principal: { AWS: principals.length === 1 ? principals[0] : principals },
      Action: names.length === 1 ? names[0] : names,
      Resource: arn,
    });
    const attributes = { ...queue.attributes, Policy: JSON.stringify(policy) };
    queues.put(tx, scope, [queue.name], { ...queue, attributes });
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
export const removePermission: Operation<"sqs", "RemovePermission", SqsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    const policy = policyOf(queue.attributes.Policy, queueArn(scope, queue.name));
    const kept = policy.Statement.filter(({ Sid }) => Sid !== input.Label);
    if (kept.length === policy.Statement.length)
      throw invalidParameter(
        `Value ${input.Label} for parameter Label is invalid. Reason: can't find label on existing policy.`,
      );
    const { Policy: _former, ...others } = queue.attributes;
    const attributes =
      kept.length > 0
        ? { ...others, Policy: JSON.stringify({ ...policy, Statement: kept }) }
        : others;
    queues.put(tx, scope, [queue.name], { ...queue, attributes });
  });
  return {};
};

function policyOf(text: string | undefined, arn: string): Policy {
  if (text) {
    const policy = JSON.parse(text) as Policy & { Statement: Statement | Statement[] };
    return { ...policy, Statement: [policy.Statement].flat() };
  }
  return { Version: "2012-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
}
