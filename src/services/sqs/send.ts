/** Checking and storing one message, for SendMessage and its batch. */
import type { SendMessageRequest } from "@aws-sdk/client-sqs";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidMessageContents, invalidParameter, missingParameter } from "./errors.ts";
import { limits } from "./limits.ts";
import { addMessage, createPlace, md5, md5OfAttributes, sizeOf } from "./message.ts";
import { durationOf } from "./queue.ts";
import type { MessageAttribute, MessageRecord, QueueRecord } from "./records.ts";
import type { SqsContext } from "./state.ts";

export type Sending = Omit<SendMessageRequest, "QueueUrl">;

/** What can be known of a message before its queue is. */
export interface Checked {
  message: Omit<MessageRecord, "dueMs">;
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
  if (input.MessageGroupId !== undefined || input.MessageDeduplicationId !== undefined)
    throw invalidParameter(
      "The request include parameter that is not valid for this queue type. Reason: message groups and deduplication are for FIFO queues.",
    );
  checkDelay(delaySeconds);
  const attributes = readAttributes(input.MessageAttributes);
  const traceHeader = input.MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  const message = {
    messageId: context.random.uuid(),
    body,
    bodyMd5: md5(body),
    ...(attributes && { attributes, attributesMd5: md5OfAttributes(attributes) }),
    ...(traceHeader !== undefined && { traceHeader }),
    senderId: context.principal.userId,
    sentMs: context.clock.now(),
    receives: 0,
  };
  return { message, sizeBytes: sizeOf(body, attributes), delaySeconds };
}

/** Throws when the message is longer than the queue takes. */
export function checkSize(sizeBytes: number, queue: QueueRecord): void {
  const most = Number(queue.attributes.MaximumMessageSize);
  if (sizeBytes > most)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
}

export function storeMessage(
  tx: Transaction,
  scope: Scope,
  queue: QueueRecord,
  { message, delaySeconds }: Checked,
  { random, state }: SqsContext,
): void {
  const delayMs =
    delaySeconds === undefined ? durationOf(queue, "DelaySeconds") : delaySeconds * 1000;
  const place = createPlace(message.sentMs, state.nextSequence(), random);
  addMessage(tx, scope, queue, place, { ...message, dueMs: message.sentMs + delayMs });
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
  const entries = Object.entries(given ?? {});
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
