/**
 * The order of a FIFO queue: messages of one group leave one after the other, and while one of them
 * is in flight the group hands out none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { limits } from "./limits.ts";
import { groups, heads, inFlight, lines, type LineMark } from "./records.ts";

export type LinePlace = readonly [queueId: string, groupId: string, place: string];

/** Puts a message into its group's line, or notes that it now waits for another reason or time. */
export async function enterLine(
  tx: Transaction,
  scope: Scope,
  place: LinePlace,
  mark: LineMark,
): Promise<void> {
  lines.put(tx, scope, place, mark);
  await placeHead(tx, scope, place);
}

export async function leaveLine(tx: Transaction, scope: Scope, place: LinePlace): Promise<void> {
  lines.delete(tx, scope, ...place);
  await placeHead(tx, scope, place);
}

/** Every group that has messages stands in `heads` once, at the time when it can be received from. */
async function placeHead(
  tx: Transaction,
  scope: Scope,
  [queueId, groupId]: LinePlace,
): Promise<void> {
  const former = await groups.get(tx, scope, queueId, groupId);
  if (former) heads.delete(tx, scope, queueId, former.dueMs, former.place);
  // What is in flight was received in one call, so it lies among the first of the line.
  const line = await lines.entries(tx, scope, [queueId, groupId], {
    limit: limits.receiveMessages,
  });
  const [first] = line;
  if (!first) return groups.delete(tx, scope, queueId, groupId);
  let { dueMs } = first.record;
  for (const { record } of line)
    if (record.mark === inFlight && record.dueMs > dueMs) dueMs = record.dueMs;
  const place = first.id[2] as string;
  groups.put(tx, scope, [queueId, groupId], { dueMs, place });
  heads.put(tx, scope, [queueId, dueMs, place], groupId);
}

/** Groups that can be received from now, the longest waiting first. */
export async function readyGroups(
  tx: Transaction,
  scope: Scope,
  queueId: string,
  { nowMs, most }: { nowMs: number; most: number },
): Promise<string[]> {
  const found = await heads.entries(tx, scope, [queueId], { limit: most });
  return found.flatMap(({ id, record }) => ((id[1] as number) <= nowMs ? [record] : []));
}

/** When the next group can be received from; undefined for an empty queue. */
export async function nextGroupMs(
  tx: Transaction,
  scope: Scope,
  queueId: string,
): Promise<number | undefined> {
  const [head] = await heads.entries(tx, scope, [queueId], { limit: 1 });
  return head?.id[1] as number | undefined;
}
