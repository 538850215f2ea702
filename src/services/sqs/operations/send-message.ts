import type { Operation } from "#services/kit/service.ts";
import { countSent } from "../counters.ts";
import { findQueue } from "../queue.ts";
import { checkForQueue, checkMessage, storeMessage } from "../send.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const sendMessage: Operation<"sqs", "SendMessage", SqsState> = async (input, context) => {
  const checked = checkMessage(input, context);
  const { found, sent } = await context.store.transaction(async (tx) => {
    const target = await findQueue(tx, input.QueueUrl, context);
    checkForQueue(checked, target.queue);
    return { found: target, sent: await storeMessage(tx, target, checked, context) };
  });
  countSent(context.state.counters.of(found.queue.name, found.scope), checked.sizeBytes);
  const { bodyMd5, attributesMd5 } = checked.message;
  return {
    MessageId: sent.messageId,
    ...(sent.sequenceNumber !== undefined && { SequenceNumber: sent.sequenceNumber }),
    MD5OfMessageBody: bodyMd5,
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
  };
};
