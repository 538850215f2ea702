/** Checking and storing one message, for SendMessage and its batch. */
import type { SendMessageRequest } from "@aws-sdk/client-sqs";
import type { Transaction } from "#store/store.ts";
import {
  invalidMessageContents,
  invalidParameter,
  missingParameter,
  notForQueueType,
} from "./errors.ts";
import { countSent } from "./counters.ts";
import {
  deduplicationIdOf,
  deduplicationKey,
  findDuplicate,
  nextInLine,
  remember,
} from "./fifo.ts";
import { limits } from "./limits.ts";
import { addMessage, addUnordered, md5, md5OfAttributes, sizeOf } from "./message.ts";
import { durationOf, isFifo, type FoundQueue } from "./queue.ts";
import type { MessageAttribute, MessageRecord, QueueRecord } from "./records.ts";
import type { SqsContext } from "./state.ts";

export type Sending = Omit<SendMessageRequest, "QueueUrl">;

/** What can be known of a message before its queue is. */
export interface Checked {
  /** Due at once; its queue may put that off. */
  message: MessageRecord;
  sizeBytes: number;
  delaySeconds: number | undefined;
}

/** Allowed are #x9, #xA, #xD and #x20 upwards but for surrogates, #xFFFE and #xFFFF. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;

/** Throws the error that SQS gives for a message that cannot be. */
export function checkMessage(input: Sending, context: SqsContext): Checked {
  const { MessageBody: body, DelaySeconds: delaySeconds } = input;
  if (body === undefined || body === "") throw missingParameter("MessageBody");
  if (forbidden.test(body))
    throw invalidMessageContents("The message contains characters outside the allowed set.");
  const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = input;
  checkId("MessageGroupId", groupId);
  checkId("MessageDeduplicationId", deduplicationId);
  checkDelay(delaySeconds);
  const attributes = readAttributes(input.MessageAttributes);
  const traceHeader = input.MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  const sentMs = context.clock.now();
  const message: MessageRecord = {
    messageId: context.random.uuid(),
    body,
    bodyMd5: md5(body),
    senderId: context.principal.userId,
    sentMs,
    dueMs: sentMs,
    receives: 0,
  };
  if (attributes) {
    message.attributes = attributes;
    message.attributesMd5 = md5OfAttributes(attributes);
  }
  if (traceHeader !== undefined) message.traceHeader = traceHeader;
  if (groupId !== undefined) message.groupId = groupId;
  if (deduplicationId !== undefined) message.deduplicationId = deduplicationId;
  return { message, sizeBytes: sizeOf(body, attributes), delaySeconds };
}

/** Throws when the request lacks what this kind of queue needs, or has what only the other takes. */
export function checkForQueue({ message }: Checked, queue: QueueRecord): void {
  const { groupId, deduplicationId } = message;
  if (isFifo(queue)) {
    if (groupId === undefined) throw missingParameter("MessageGroupId");
    deduplicationIdOf(queue, message);
  } else if (deduplicationId !== undefined)
    throw notForQueueType("MessageDeduplicationId", deduplicationId);
}

function checkSize(sizeBytes: number, queue: QueueRecord): void {
  const most = Number(queue.attributes.MaximumMessageSize);
  if (sizeBytes > most)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
}

/** How the queue knows a message that it took. */
export interface Sent {
  messageId: string;
  sequenceNumber?: string;
}

/** Puts a message into its queue. Throws when it is longer than the queue takes. */
export function storeMessage(
  tx: Transaction,
  found: FoundQueue,
  { message, sizeBytes, delaySeconds }: Checked,
  { state }: SqsContext,
): Sent | Promise<Sent> {
  const { scope, queue } = found;
  checkSize(sizeBytes, queue);
  if (isFifo(queue) && delaySeconds) throw notForQueueType("DelaySeconds", delaySeconds);
  countSent(state.counters.of(queue), sizeBytes);
  if (isFifo(queue)) return storeInLine(tx, found, message);
  const delayMs =
    delaySeconds === undefined ? durationOf(queue, "DelaySeconds") : delaySeconds * 1000;
  message.dueMs = message.sentMs + delayMs;
  addUnordered(tx, scope, queue.id, state.nextPlace(message.sentMs), message);
  return { messageId: message.messageId };
}

/** A message that a FIFO queue has taken before is answered like the first time, and not taken. */
async function storeInLine(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  message: Checked["message"],
): Promise<Sent> {
  const { sentMs, messageId, groupId = "" } = message;
  const deduplicationId = deduplicationIdOf(queue, message);
  const key = deduplicationKey(queue, groupId, deduplicationId);
  const known = await findDuplicate(tx, scope, key, sentMs);
  if (known) return { messageId: known.messageId, sequenceNumber: known.sequenceNumber };
  const { place, sequenceNumber } = await nextInLine(tx, { scope, queue }, sentMs);
  const dueMs = sentMs + durationOf(queue, "DelaySeconds");
  const stored = { ...message, groupId, deduplicationId, sequenceNumber, dueMs };
  await addMessage(tx, scope, queue.id, place, stored);
  await remember(tx, scope, key, { messageId, sequenceNumber, nowMs: sentMs });
  return { messageId, sequenceNumber };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
function checkId(name: string, value: string | undefined): void {
  if (value === undefined || /^[\x21-\x7e]{1,128}$/.test(value)) return;
  throw invalidParameter(
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function checkDelay(delaySeconds: number | undefined): void {
  if (delaySeconds === undefined) return;
  if (delaySeconds >= 0 && delaySeconds <= limits.longestDelaySeconds) return;
  throw invalidParameter(
    `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${limits.longestDelaySeconds}.`,
  );
}

function readAttributes(
  given: Sending["MessageAttributes"],
): Record<string, MessageAttribute> | undefined {
  if (!given) return undefined;
  const entries = Object.entries(given);
  if (entries.length === 0) return undefined;
  if (entries.length > limits.messageAttributes)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${limits.messageAttributes}].`,
    );
  const read: Record<string, MessageAttribute> = {};
  for (const [name, value] of entries) {
    checkAttributeName(name);
    const { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue } = value;
    checkAttributeValue(name, dataType, stringValue, binaryValue);
    read[name] = {
      dataType: dataType!,
      ...(stringValue !== undefined && { stringValue }),
      ...(binaryValue !== undefined && { binaryValue }),
    };
  }
  return read;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
function checkAttributeName(name: string): void {
  const reserved = /^(aws|amazon)\./i.test(name);
  if (!reserved && name.length <= 256 && /^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]+(?<!\.)$/.test(name))
    return;
  throw invalidParameter(
    `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
  );
}

function checkAttributeValue(
  name: string,
  dataType: string | undefined,
  text: string | undefined,
  bytes: Uint8Array | undefined,
): void {
  if (!dataType)
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute type.`,
    );
  const [base] = dataType.split(".");
  if (base !== "String" && base !== "Number" && base !== "Binary")
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const value = base === "Binary" ? bytes : text;
  if (value === undefined || value.length === 0)
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${base}'.`,
    );
  if (base === "Number" && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text ?? ""))
    throw invalidParameter(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
}
