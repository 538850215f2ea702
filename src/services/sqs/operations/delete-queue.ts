import type { Operation } from "#services/kit/service.ts";
import { findQueue } from "../queue.ts";
import { bury } from "../graveyard.ts";
import { queues } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
export const deleteQueue: Operation<"sqs", "DeleteQueue", SqsState> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    queues.delete(tx, scope, queue.name);
    await bury(tx, scope, queue.id, {});
  });
  return {};
};
