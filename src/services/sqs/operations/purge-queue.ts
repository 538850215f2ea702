import type { Operation } from "#services/kit/service.ts";
import { purgeInProgress } from "../errors.ts";
import { bury } from "../graveyard.ts";
import { limits } from "../limits.ts";
import { findQueue, isFifo } from "../queue.ts";
import { queues, tails } from "../records.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
export const purgeQueue: Operation<"sqs", "PurgeQueue", SqsState> = async (input, context) => {
  const nowMs = context.clock.now();
  const place = context.state.nextPlace(nowMs);
  await context.store.transaction(async (tx) => {
    const { scope, queue } = findQueue(tx, input.QueueUrl, context);
    if (queue.purgedMs !== undefined && nowMs - queue.purgedMs < limits.purgeIntervalMs)
      throw purgeInProgress(queue.name);
    queues.put(tx, scope, [queue.name], { ...queue, purgedMs: nowMs });
    const untilPlace = isFifo(queue)
      ? ((await tails.get(tx, scope, queue.id))?.place ?? "")
      : place;
    await bury(tx, scope, queue.id, { untilPlace });
  });
  return {};
};
