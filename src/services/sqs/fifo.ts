/**
 * What only FIFO queues do when a message arrives: they number it, and take it once.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
import { hash } from "node:crypto";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { deduplicationIdNeeded } from "./errors.ts";
import { limits } from "./limits.ts";
import type { FoundQueue } from "./queue.ts";
import {
  attempts,
  deduplicationEnds,
  deduplications,
  tails,
  type Deduplication,
  type MessageRecord,
  type QueueRecord,
} from "./records.ts";

/** AWS's numbers have 20 digits and leave gaps. */
const firstSequence = 18_849_496_460_467_696_128n;
const sequenceStep = 256n;

/** The next place in the queue and its sequence number. */
export async function nextInLine(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  nowMs: number,
): Promise<{ place: string; sequenceNumber: string }> {
  const last = await tails.get(tx, scope, queue.id);
  const count = (last?.count ?? 0) + 1;
  const lastMs = Math.max(Math.floor(nowMs), last?.lastMs ?? 0);
  const place = lastMs.toString(36).padStart(9, "0") + count.toString(36).padStart(11, "0");
  tails.put(tx, scope, [queue.id], { count, lastMs, place });
  return { place, sequenceNumber: String(firstSequence + BigInt(count) * sequenceStep) };
}

/** The id by which a message is known again; throws when neither client nor queue gives one. */
export function deduplicationIdOf(
  queue: QueueRecord,
  { deduplicationId, body }: Pick<MessageRecord, "deduplicationId" | "body">,
): string {
  if (deduplicationId !== undefined) return deduplicationId;
  if (queue.attributes.ContentBasedDeduplication !== "true") throw deduplicationIdNeeded();
  return hash("sha256", body, "hex");
}

type DeduplicationKey = readonly [queueId: string, groupId: string, deduplicationId: string];

export function deduplicationKey(
  queue: QueueRecord,
  groupId: string,
  deduplicationId: string,
): DeduplicationKey {
  const perGroup = queue.attributes.DeduplicationScope === "messageGroup";
  return [queue.id, perGroup ? groupId : "", deduplicationId];
}

/** The message that was taken under this id within the last five minutes, received or not. */
export async function findDuplicate(
  tx: Transaction,
  scope: Scope,
  key: DeduplicationKey,
  nowMs: number,
): Promise<Deduplication | undefined> {
  const known = await deduplications.get(tx, scope, ...key);
  return known && known.untilMs > nowMs ? known : undefined;
}

export async function remember(
  tx: Transaction,
  scope: Scope,
  key: DeduplicationKey,
  sent: { messageId: string; sequenceNumber: string; nowMs: number },
): Promise<void> {
  const [queueId, groupId, deduplicationId] = key;
  const { nowMs, ...message } = sent;
  const untilMs = nowMs + limits.deduplicationMs;
  // Whoever adds one takes away up to two, so that no more stay than were sent in five minutes.
  const oldest = await deduplicationEnds.entries(tx, scope, [queueId], { limit: 2 });
  for (const { id } of oldest)
    if ((id[1] as number) <= nowMs) await forget(tx, scope, id as unknown as EndKey);
  deduplications.put(tx, scope, key, { ...message, untilMs });
  deduplicationEnds.put(tx, scope, [queueId, untilMs, groupId, deduplicationId], true);
}

type EndKey = readonly [queueId: string, untilMs: number, groupId: string, id: string];

async function forget(tx: Transaction, scope: Scope, end: EndKey): Promise<void> {
  const [queueId, untilMs, groupId, id] = end;
  deduplicationEnds.delete(tx, scope, ...end);
  const known = await deduplications.get(tx, scope, queueId, groupId, id);
  if (known?.untilMs === untilMs) deduplications.delete(tx, scope, queueId, groupId, id);
}

/** Removes up to so many memories of a deleted queue; true when some may be left. */
export async function forgetQueue(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  most: number,
): Promise<boolean> {
  tails.delete(tx, scope, queueId);
  const ends = await deduplicationEnds.entries(tx, scope, [queueId], { limit: most });
  for (const { id } of ends) await forget(tx, scope, id as unknown as EndKey);
  const tried = await attempts.entries(tx, scope, [queueId], { limit: most });
  for (const { id } of tried) attempts.delete(tx, scope, ...id);
  return ends.length === most || tried.length === most;
}
