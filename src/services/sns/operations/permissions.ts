/** AddPermission and RemovePermission: shorthand for statements of the topic's policy. */
import type { Operation } from "#services/kit/service.ts";
import { partitionOf } from "#services/kit/arn.ts";
import { invalidParameter } from "../errors.ts";
import { topics } from "../records.ts";
import type { SnsState } from "../state.ts";
import { findTopic, type FoundTopic } from "../topic.ts";
import { defaultPolicy } from "../topic-attributes.ts";

interface Policy {
  Statement: { Sid?: string; [member: string]: unknown }[];
  [member: string]: unknown;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export const addPermission: Operation<"sns", "AddPermission", SnsState> = async (
  input,
  context,
) => {
  const { Label: label, AWSAccountId: accounts = [], ActionName: actions = [] } = input;
  await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    const { arn, scope, topic } = found;
    const policy = policyOf(found);
    if (policy.Statement.some(({ Sid }) => Sid === label))
      throw invalidParameter("Statement already exists");
    const principals = accounts.map((id) => `arn:${partitionOf(scope.region)}:iam::${id}:root`);
    const names = actions.map((action) => `SNS:${action}`);
    policy.Statement.push({
      Sid: label,
      Effect: "Allow",
      Principal: { AWS: principals.length === 1 ? principals[0] : principals },
      Action: names.length === 1 ? names[0] : names,
      Resource: arn,
    });
    const attributes = { ...topic.attributes, Policy: JSON.stringify(policy) };
    topics.put(tx, scope, [topic.name], { ...topic, attributes });
  });
  return {};
};

/** https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
export const removePermission: Operation<"sns", "RemovePermission", SnsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const found = await findTopic(tx, input.TopicArn);
    const { scope, topic } = found;
    const policy = policyOf(found);
    const Statement = policy.Statement.filter(({ Sid }) => Sid !== input.Label);
    const attributes = { ...topic.attributes, Policy: JSON.stringify({ ...policy, Statement }) };
    topics.put(tx, scope, [topic.name], { ...topic, attributes });
  });
  return {};
};

function policyOf({ arn, scope, topic }: FoundTopic): Policy {
  const policy = JSON.parse(topic.attributes.Policy || defaultPolicy(scope, arn)) as Policy;
  return { ...policy, Statement: [policy.Statement].flat() };
}
