import type {
  BatchResultErrorEntry,
  ChangeMessageVisibilityBatchResultEntry,
} from "@aws-sdk/client-sqs";
import type { Operation } from "#services/kit/service.ts";
import { checkBatch, failedEntry } from "../batch.ts";
import { changeVisibility } from "../in-flight.ts";
import { findQueue } from "../queue.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
export const changeMessageVisibilityBatch: Operation<
  "sqs",
  "ChangeMessageVisibilityBatch",
  SqsState
> = async (input, context) => {
  const entries = checkBatch(input.Entries, "ChangeMessageVisibilityBatchRequestEntry");
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    const successful: ChangeMessageVisibilityBatchResultEntry[] = [];
    const failed: BatchResultErrorEntry[] = [];
    for (const { Id, ReceiptHandle: handle, VisibilityTimeout: seconds } of entries)
      try {
        await changeVisibility(tx, found, { handle, seconds, nowMs });
        successful.push({ Id });
      } catch (error) {
        failed.push(failedEntry(Id, error));
      }
    return { Successful: successful, Failed: failed };
  });
};
