import type { BatchResultErrorEntry, SendMessageBatchResultEntry } from "@aws-sdk/client-sqs";
import type { Operation } from "#services/kit/service.ts";
import { checkBatch, failedEntry } from "../batch.ts";
import { batchRequestTooLong } from "../errors.ts";
import { limits } from "../limits.ts";
import { findQueue } from "../queue.ts";
import { checkForQueue, checkMessage, storeMessage, type Checked, type Sent } from "../send.ts";
import type { SqsState } from "../state.ts";

interface Entry {
  id: string;
  sending: Checked;
}

interface Accepted extends Entry {
  sent: Sent;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const sendMessageBatch: Operation<"sqs", "SendMessageBatch", SqsState> = async (
  input,
  context,
) => {
  const entries = checkBatch(input.Entries, "SendMessageBatchRequestEntry");
  const failed: BatchResultErrorEntry[] = [];
  const checked: Entry[] = [];
  for (const entry of entries)
    try {
      checked.push({ id: entry.Id, sending: checkMessage(entry, context) });
    } catch (error) {
      failed.push(failedEntry(entry.Id, error));
    }
  const totalBytes = checked.reduce((sum, { sending }) => sum + sending.sizeBytes, 0);
  if (totalBytes > limits.messageBytes) throw batchRequestTooLong(totalBytes, limits.messageBytes);
  const { accepted, refused } = await context.store.transaction(async (tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    for (const { sending } of checked) checkForQueue(sending, found.queue);
    const outcome = { accepted: [] as Accepted[], refused: [] as BatchResultErrorEntry[] };
    for (const one of checked)
      try {
        const storing = storeMessage(tx, found, one.sending, context);
        // Only a FIFO queue's messages have to be waited for.
        const sent = storing instanceof Promise ? await storing : storing;
        outcome.accepted.push({ ...one, sent });
      } catch (error) {
        outcome.refused.push(failedEntry(one.id, error));
      }
    return outcome;
  });
  failed.push(...refused);
  const successful = accepted.map(({ id, sent, sending }): SendMessageBatchResultEntry => {
    const { message } = sending;
    return {
      Id: id,
      MessageId: sent.messageId,
      ...(sent.sequenceNumber !== undefined && { SequenceNumber: sent.sequenceNumber }),
      MD5OfMessageBody: message.bodyMd5,
      ...(message.attributesMd5 !== undefined && { MD5OfMessageAttributes: message.attributesMd5 }),
    };
  });
  return { Successful: successful, ...(failed.length > 0 && { Failed: failed }) } as {
    Successful: SendMessageBatchResultEntry[];
    Failed: BatchResultErrorEntry[];
  };
};
