import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { redrivePolicyOf } from "../attributes.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import { findQueue, queueArn, queueUrl } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
export const listDeadLetterSourceQueues: Operation<
  "sqs",
  "ListDeadLetterSourceQueues",
  SqsState
> = async (input, context) => {
  const sources = await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    const target = queueArn(scope, queue.name);
    const all = await queues.list(tx, scope);
    return all.filter(
      ({ attributes }) => redrivePolicyOf(attributes)?.deadLetterTargetArn === target,
    );
  });
  const page = paginate(sources, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken: () => invalidParameter("Invalid or expired next token."),
  });
  return {
    queueUrls: page.items.map(({ name }) => queueUrl(context.baseUrl, context.account, name)),
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
};
