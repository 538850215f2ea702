import type { Operation } from "#services/kit/service.ts";
import { findQueue } from "../queue.ts";
import { checkForQueue, checkMessage, storeMessage } from "../send.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const sendMessage: Operation<"sqs", "SendMessage", SqsState> = async (input, context) => {
  const checked = checkMessage(input, context);
  const sent = await context.store.transaction((tx) => {
    const found = findQueue(tx, input.QueueUrl, context);
    checkForQueue(checked, found.queue);
    return storeMessage(tx, found, checked, context);
  });
  const { bodyMd5, attributesMd5 } = checked.message;
  return {
    MessageId: sent.messageId,
    SequenceNumber: sent.sequenceNumber,
    MD5OfMessageBody: bodyMd5,
    MD5OfMessageAttributes: attributesMd5,
  };
};
