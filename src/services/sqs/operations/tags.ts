/** TagQueue, UntagQueue and ListQueueTags. */
import type { Operation } from "#services/kit/service.ts";
import { withoutTags, withTags } from "#services/kit/tags.ts";
import { invalidParameter, missingParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import { findQueue } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

export const tagQueue: Operation<"sqs", "TagQueue", SqsState> = async (input, context) => {
  const { Tags: added = {} } = input;
  if (Object.keys(added).length === 0) throw missingParameter("Tags");
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    const tags = withTags(queue.tags, added);
    if (Object.keys(tags).length > limits.queueTags)
      throw invalidParameter(`Too many tags added for queue ${queue.name}.`);
    queues.put(tx, scope, [queue.name], { ...queue, tags });
  });
  return {};
};

export const untagQueue: Operation<"sqs", "UntagQueue", SqsState> = async (input, context) => {
  const { TagKeys: keys = [] } = input;
  if (keys.length === 0)
    throw invalidParameter("Tag keys must be between 1 and 128 characters in length.");
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    const tags = withoutTags(queue.tags, keys);
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
