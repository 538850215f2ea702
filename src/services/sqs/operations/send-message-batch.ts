import type { BatchResultErrorEntry, SendMessageBatchResultEntry } from "@aws-sdk/client-sqs";
import type { Operation } from "#services/kit/service.ts";
import { checkBatch, failedEntry } from "../batch.ts";
import { batchRequestTooLong } from "../errors.ts";
import { limits } from "../limits.ts";
import { findQueue } from "../queue.ts";
import { checkMessage, checkSize, storeMessage, type Checked } from "../send.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const sendMessageBatch: Operation<"sqs", "SendMessageBatch", SqsState> = async (
  input,
  context,
) => {
  const entries = checkBatch(input.Entries, "SendMessageBatchRequestEntry");
  const failed: BatchResultErrorEntry[] = [];
  const checked: { id: string; sending: Checked }[] = [];
  for (const entry of entries)
    try {
      checked.push({ id: entry.Id, sending: checkMessage(entry, context) });
    } catch (error) {
      failed.push(failedEntry(entry.Id, error));
    }
  const totalBytes = checked.reduce((sum, { sending }) => sum + sending.sizeBytes, 0);
  if (totalBytes > limits.messageBytes) throw batchRequestTooLong(totalBytes, limits.messageBytes);
  const { accepted, refused } = await context.store.transaction(async (tx) => {
    const { scope, queue } = await findQueue(tx, input.QueueUrl, context);
    const traffic = context.state.counters.of(queue.name, scope);
    const outcome = { accepted: [] as typeof checked, refused: [] as BatchResultErrorEntry[] };
    for (const one of checked)
      try {
        checkSize(one.sending.sizeBytes, queue);
        storeMessage(tx, scope, queue, one.sending, context);
        traffic.sentSizes.push(one.sending.sizeBytes);
        outcome.accepted.push(one);
      } catch (error) {
        outcome.refused.push(failedEntry(one.id, error));
      }
    return outcome;
  });
  failed.push(...refused);
  const successful = accepted.map(({ id, sending: { message } }): SendMessageBatchResultEntry => ({
    Id: id,
    MessageId: message.messageId,
    MD5OfMessageBody: message.bodyMd5,
    ...(message.attributesMd5 !== undefined && { MD5OfMessageAttributes: message.attributesMd5 }),
  }));
  return { Successful: successful, ...(failed.length > 0 && { Failed: failed }) } as {
    Successful: SendMessageBatchResultEntry[];
    Failed: BatchResultErrorEntry[];
  };
};
