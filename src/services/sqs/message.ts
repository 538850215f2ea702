/** One message's life: sent, received, hidden, deleted. Plain functions inside a transaction. */
import { createHash } from "node:crypto";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  delayed,
  due,
  inFlight,
  messages,
  type DueMark,
  type MessageAttribute,
  type MessageRecord,
  type QueueRecord,
} from "./records.ts";

export function md5(text: string | Uint8Array): string {
  return createHash("md5").update(text).digest("hex");
}

/**
 * The digest over message attributes that clients compare with their own:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Record<string, MessageAttribute>): string {
  const hash = createHash("md5");
  const field = (value: string | Uint8Array) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { dataType, stringValue, binaryValue } = attributes[name]!;
    field(name);
    field(dataType);
    hash.update(Uint8Array.of(binaryValue ? 2 : 1));
    field(binaryValue ?? stringValue ?? "");
  }
  return hash.digest("hex");
}

/** Where a message lies in its queue: sortable by arrival, unique even among processes. */
export function createPlace(nowMs: number, sequence: number, random: Random): string {
  const time = Math.floor(nowMs).toString(36).padStart(9, "0");
  return `${time}${(sequence % 1_679_616).toString(36).padStart(4, "0")}${random.hex(4)}`;
}

export function addMessage(
  tx: Transaction,
  scope: Scope,
  queue: QueueRecord,
  place: string,
  message: MessageRecord,
): void {
  messages.put(tx, scope, [queue.id, place], message);
  due.put(tx, scope, [queue.id, message.dueMs, place], delayed);
}

export function removeMessage(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  dueMs: number,
): void {
  messages.delete(tx, scope, queueId, place);
  due.delete(tx, scope, queueId, dueMs, place);
}

/** Moves a message's due time; `mark` says why it waits. */
export function hideUntil(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  place: string,
  message: MessageRecord,
  change: { dueMs: number; mark?: DueMark } & Partial<MessageRecord>,
): MessageRecord {
  const { mark = inFlight, ...changes } = change;
  const changed = { ...message, ...changes };
  due.delete(tx, scope, queueId, message.dueMs, place);
  due.put(tx, scope, [queueId, changed.dueMs, place], mark);
  messages.put(tx, scope, [queueId, place], changed);
  return changed;
}

/** Everything that counts against the size limit: body, attribute names, types and values. */
export function sizeOf(body: string, attributes: Record<string, MessageAttribute> = {}): number {
  let size = Buffer.byteLength(body);
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
