/** One message's life: sent, received, hidden, deleted. Plain functions inside a transaction. */
import { createHash, hash } from "node:crypto";
import { enterLine, leaveLine } from "./message-groups.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  delayed,
  due,
  fresh,
  inFlight,
  messages,
  type MessageAttribute,
  type MessageRecord,
} from "./records.ts";

export function md5(text: string | Uint8Array): string {
  return hash("md5", text, "hex");
}

/**
 * The digest over message attributes that clients compare with their own:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Record<string, MessageAttribute>): string {
  const digest = createHash("md5");
  const field = (value: string | Uint8Array) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { dataType, stringValue, binaryValue } = attributes[name]!;
    field(name);
    field(dataType);
    digest.update(Uint8Array.of(binaryValue ? 2 : 1));
    field(binaryValue ?? stringValue ?? "");
  }
  return digest.digest("hex");
}

export async function addMessage(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  message: MessageRecord,
): Promise<void> {
  addUnordered(tx, scope, queueId, place, message);
  if (isInLine(message))
    await enterLine(tx, scope, [queueId, message.groupId, place], {
      dueMs: message.dueMs,
      mark: delayed,
    });
}

/** As `addMessage`, for standard queues only: there is no line to enter. */
export function addUnordered(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  message: MessageRecord,
): void {
  if (isFresh(message)) return fresh.put(tx, scope, [queueId, place], message);
  messages.put(tx, scope, [queueId, place], message);
  due.put(tx, scope, [queueId, message.dueMs, place], delayed);
}

export async function removeMessage(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  message: MessageRecord,
): Promise<void> {
  if (isFresh(message)) return fresh.delete(tx, scope, queueId, place);
  messages.delete(tx, scope, queueId, place);
  due.delete(tx, scope, queueId, message.dueMs, place);
  if (isInLine(message)) await leaveLine(tx, scope, [queueId, message.groupId, place]);
}

/** Whether it lies in `fresh`. */
function isFresh(message: MessageRecord): boolean {
  return message.receives === 0 && message.dueMs === message.sentMs && !isInLine(message);
}

/** Groups of standard queues have no order. */
function isInLine(message: MessageRecord): message is MessageRecord & { groupId: string } {
  return message.sequenceNumber !== undefined;
}

/** Moves the due time of a message that was received. */
export async function hideUntil(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  message: MessageRecord,
  change: { dueMs: number } & Partial<MessageRecord>,
): Promise<MessageRecord> {
  const changed = { ...message, ...change };
  if (isFresh(message)) fresh.delete(tx, scope, queueId, place);
  else due.delete(tx, scope, queueId, message.dueMs, place);
  due.put(tx, scope, [queueId, changed.dueMs, place], inFlight);
  messages.put(tx, scope, [queueId, place], changed);
  if (isInLine(changed))
    await enterLine(tx, scope, [queueId, changed.groupId, place], {
      dueMs: changed.dueMs,
      mark: inFlight,
    });
  return changed;
}

/** Everything that counts against the size limit: body, attribute names, types and values. */
export function sizeOf(body: string, attributes?: Record<string, MessageAttribute>): number {
  let size = Buffer.byteLength(body);
  if (!attributes) return size;
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(dataType);
    size += binaryValue ? binaryValue.length : Buffer.byteLength(stringValue ?? "");
  }
  return size;
}

/** Opaque to clients: which message, and which of its receipts. */
export function formatReceiptHandle(queueId: string, place: string, receipt: string): string {
  return Buffer.from(`${queueId} ${place} ${receipt}`).toString("base64");
}

export function parseReceiptHandle(
  handle: string,
): { queueId: string; place: string; receipt: string } | undefined {
  const [queueId, place, receipt, ...rest] = Buffer.from(handle, "base64").toString().split(" ");
  if (!queueId || !place || !receipt || rest.length > 0) return undefined;
  return { queueId, place, receipt };
}
