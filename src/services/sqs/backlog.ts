/** How many messages a queue holds, and how old the oldest is. */
import type { Transaction } from "#store/store.ts";
import type { FoundQueue } from "./queue.ts";
import { delayed, due, fresh, messages, type DueMark } from "./records.ts";

export interface MessageCounts {
  visible: number;
  inFlight: number;
  delayed: number;
}

export async function countMessages(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  nowMs: number,
): Promise<MessageCounts> {
  // Places are strings, and a number sorts behind every string.
  const now = due.key(scope, queue.id, nowMs, Number.POSITIVE_INFINITY);
  const end = fresh.key(scope, queue.id, Number.POSITIVE_INFINITY);
  const visible =
    (await tx.count(fresh.key(scope, queue.id), end)) +
    (await tx.count(due.key(scope, queue.id), now));
  const counts = { visible, inFlight: 0, delayed: 0 };
  const hidden = await tx.range<DueMark>(due.key(scope, queue.id), { after: now });
  for (const { value } of hidden) {
    if (value === delayed) counts.delayed++;
    else counts.inFlight++;
  }
  return counts;
}

/** Milliseconds since the oldest message that is not deleted arrived; 0 for an empty queue. */
export async function oldestAge(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  nowMs: number,
): Promise<number> {
  const [oldestFresh] = await fresh.list(tx, scope, [queue.id], { limit: 1 });
  const [oldestOther] = await messages.list(tx, scope, [queue.id], { limit: 1 });
  const sentMs = Math.min(oldestFresh?.sentMs ?? nowMs, oldestOther?.sentMs ?? nowMs);
  return nowMs - sentMs;
}
