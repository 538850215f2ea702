/** TagQueue, UntagQueue and ListQueueTags. */
import type { Operation } from "#services/kit/service.ts";
import { withoutTags, withTags } from "#services/kit/tags.ts";
import { invalidParameter } from "../errors.ts";
import { findQueue } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
const mostTags = 50;

export const tagQueue: Operation<"sqs", "TagQueue", SqsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { scope, queue } = await findQueue(tx, input.QueueUrl, context);
    const tags = withTags(queue.tags, input.Tags ?? {});
    if (Object.keys(tags).length > mostTags)
      throw invalidParameter(`Too many tags added for queue ${queue.name}.`);
    queues.put(tx, scope, [queue.name], { ...queue, tags });
  });
  return {};
};

export const untagQueue: Operation<"sqs", "UntagQueue", SqsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { scope, queue } = await findQueue(tx, input.QueueUrl, context);
    const tags = withoutTags(queue.tags, input.TagKeys ?? []);
    queues.put(tx, scope, [queue.name], { ...queue, tags });
  });
  return {};
};

export const listQueueTags: Operation<"sqs", "ListQueueTags", SqsState> = async (
  input,
  context,
) => {
  const { queue } = await context.store.transaction((tx) => findQueue(tx, input.QueueUrl, context));
  return Object.keys(queue.tags).length > 0 ? { Tags: queue.tags } : {};
};
