import type { Operation } from "#services/kit/service.ts";
import { deleteHeld } from "../in-flight.ts";
import { findQueue } from "../queue.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
export const deleteMessage: Operation<"sqs", "DeleteMessage", SqsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    const deleted = await deleteHeld(tx, found, input.ReceiptHandle, context.clock.now());
    if (deleted) context.state.counters.of(found.queue).deleted++;
  });
  return {};
};
