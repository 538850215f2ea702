import type { Operation } from "#services/kit/service.ts";
import { findQueue } from "../queue.ts";
import { checkMessage, checkSize, storeMessage } from "../send.ts";
import type { SqsState } from "../state.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const sendMessage: Operation<"sqs", "SendMessage", SqsState> = async (input, context) => {
  const checked = checkMessage(input, context);
  const { scope, queue } = await context.store.transaction(async (tx) => {
    const found = await findQueue(tx, input.QueueUrl, context);
    checkSize(checked.sizeBytes, found.queue);
    storeMessage(tx, found.scope, found.queue, checked, context);
    return found;
  });
  context.state.counters.of(queue.name, scope).sentSizes.push(checked.sizeBytes);
  const { messageId, bodyMd5, attributesMd5 } = checked.message;
  return {
    MessageId: messageId,
    MD5OfMessageBody: bodyMd5,
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
  };
};
