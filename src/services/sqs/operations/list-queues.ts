import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import { queueUrl } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
export const listQueues: Operation<"sqs", "ListQueues", SqsState> = async (input, context) => {
  const { QueueNamePrefix: prefix = "", MaxResults: most, NextToken: token } = input;
  const all = await context.store.transaction((tx) => queues.list(tx, context));
  const page = paginate(
    all.filter(({ name }) => name.startsWith(prefix)),
    {
      limit: most ?? limits.listPage,
      token,
      keyOf: ({ name }) => name,
      invalidToken: () => invalidParameter("Invalid or expired next token."),
    },
  );
  const urls = page.items.map(({ name }) => queueUrl(context.baseUrl, context.account, name));
  return {
    ...(urls.length > 0 && { QueueUrls: urls }),
    // Without MaxResults SQS lists up to a thousand queues and gives no token.
    ...(most !== undefined && page.nextToken !== undefined && { NextToken: page.nextToken }),
  };
};
