import type { BatchResultErrorEntry, DeleteMessageBatchResultEntry } from "@aws-sdk/client-sqs";
import type { Operation } from "#services/kit/service.ts";
import { checkBatch, failedEntry } from "../batch.ts";
import { deleteHeld } from "../in-flight.ts";
import { findQueue } from "../queue.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
export const deleteMessageBatch: Operation<"sqs", "DeleteMessageBatch", SqsState> = async (
  input,
  context,
) => {
  const entries = checkBatch(input.Entries, "DeleteMessageBatchRequestEntry");
  return context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    const traffic = context.state.counters.of(found.queue);
    const successful: DeleteMessageBatchResultEntry[] = [];
    const failed: BatchResultErrorEntry[] = [];
    for (const { Id, ReceiptHandle } of entries)
      try {
        if (await deleteHeld(tx, found, ReceiptHandle, context.clock.now())) traffic.deleted++;
        successful.push({ Id });
      } catch (error) {
        failed.push(failedEntry(Id, error));
      }
    return { Successful: successful, Failed: failed };
  });
};
