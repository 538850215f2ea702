import type { Operation } from "#services/kit/service.ts";
import { changeVisibility } from "../in-flight.ts";
import { findQueue } from "../queue.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export const changeMessageVisibility: Operation<
  "sqs",
  "ChangeMessageVisibility",
  SqsState
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    await changeVisibility(tx, found, {
      handle: input.ReceiptHandle,
      seconds: input.VisibilityTimeout,
      nowMs: context.clock.now(),
    });
  });
  return {};
};
