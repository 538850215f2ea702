import type { Operation } from "#services/kit/service.ts";
import { checkAttributes, mergeAttributes } from "../attributes.ts";
import { missingParameter } from "../errors.ts";
import { findQueue } from "../queue.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const setQueueAttributes: Operation<"sqs", "SetQueueAttributes", SqsState> = async (
  input,
  context,
) => {
  const changes = (input.Attributes ?? {}) as Record<string, string>;
  if (Object.keys(changes).length === 0) throw missingParameter("Attribute.Name");
  checkAttributes(changes);
  await context.store.transaction(async (tx) => {
    const { scope, queue } = await findQueue(tx, input.QueueUrl, context);
    queues.put(tx, scope, [queue.name], {
      ...queue,
      attributes: mergeAttributes(queue.attributes, changes),
      modifiedMs: context.clock.now(),
    });
  });
  return {};
};
