/** A stored message as ReceiveMessage shows it. */
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { formatReceiptHandle, md5OfAttributes } from "./message.ts";
import type { MessageAttribute, MessageRecord } from "./records.ts";
import type { Received } from "./receive.ts";

export interface AttributeWish {
  system: ReadonlySet<string>;
  /** Names, "All", ".*" or "prefix.*". */
  message: readonly string[];
}

export function formatMessage(
  queueId: string,
  { place, message }: Received,
  wish: AttributeWish,
): Message {
  const attributes = wish.system.size > 0 ? systemAttributes(message, wish.system) : {};
  const own = message.attributes ? chosenAttributes(message.attributes, wish.message) : {};
  const names = Object.keys(own);
  const all = names.length === Object.keys(message.attributes ?? {}).length;
  return {
    MessageId: message.messageId,
    ReceiptHandle: formatReceiptHandle(queueId, place, message.receipt ?? ""),
    MD5OfBody: message.bodyMd5,
    Body: message.body,
    ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...(names.length > 0 && {
      MD5OfMessageAttributes: all ? message.attributesMd5 : md5OfAttributes(own),
      MessageAttributes: Object.fromEntries(
        Object.entries(own).map(([name, value]) => [name, formatAttribute(value)]),
      ),
    }),
  };
}

function systemAttributes(
  message: MessageRecord,
  wanted: ReadonlySet<string>,
): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(Math.floor(message.sentMs)),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedMs ?? 0)),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.sequenceNumber,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && (wanted.has("All") || wanted.has(name))) chosen[name] = value;
  return chosen;
}

function chosenAttributes(
  attributes: Record<string, MessageAttribute>,
  wanted: readonly string[],
): Record<string, MessageAttribute> {
  if (wanted.includes("All") || wanted.includes(".*")) return attributes;
  const matches = (name: string) =>
    wanted.some((wish) =>
      wish.endsWith(".*") ? name.startsWith(wish.slice(0, -2)) : wish === name,
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => matches(name)));
}

function formatAttribute(attribute: MessageAttribute): MessageAttributeValue {
  return {
    DataType: attribute.dataType,
    ...(attribute.stringValue !== undefined && { StringValue: attribute.stringValue }),
    ...(attribute.binaryValue !== undefined && { BinaryValue: attribute.binaryValue }),
  };
}
