/** Taking messages out of a queue: the next that are due, dead letters moved on the way. */
import type { Transaction } from "#store/store.ts";
import { redrivePolicyOf } from "./attributes.ts";
import { addMessage, createPlace, hideUntil, removeMessage } from "./message.ts";
import { durationOf, findQueueByArn, queueArn, type FoundQueue } from "./queue.ts";
import { due, messages, type MessageRecord } from "./records.ts";
import type { SqsContext } from "./state.ts";

export interface Received {
  place: string;
  message: MessageRecord;
}

export interface Taken {
  received: Received[];
  /** When the next hidden message comes into sight; undefined when none is hidden. */
  nextDueMs: number | undefined;
}

export interface TakeRequest {
  most: number;
  /** Undefined takes the queue's own VisibilityTimeout. */
  visibilityMs: number | undefined;
}

/** Hides up to `most` due messages from others and gives them a fresh receipt. */
export async function takeMessages(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  { most, visibilityMs = durationOf(queue, "VisibilityTimeout") }: TakeRequest,
  context: SqsContext,
): Promise<Taken> {
  const nowMs = context.clock.now();
  const retentionMs = durationOf(queue, "MessageRetentionPeriod");
  const redrive = redrivePolicyOf(queue.attributes);
  const received: Received[] = [];
  while (received.length < most) {
    const marks = await due.entries(tx, scope, [queue.id], { limit: most - received.length });
    const ready = marks.filter(({ id }) => (id[1] as number) <= nowMs);
    for (const { id } of ready) {
      const [, dueMs, place] = id as [string, number, string];
      const message = await messages.get(tx, scope, queue.id, place);
      if (!message || message.sentMs + retentionMs <= nowMs) {
        removeMessage(tx, scope, queue.id, place, dueMs);
        continue;
      }
      if (redrive && message.receives >= redrive.maxReceiveCount) {
        const target = await findQueueByArn(tx, redrive.deadLetterTargetArn);
        if (target) {
          moveMessage(tx, { scope, queue }, place, message, target, context);
          continue;
        }
      }
      const changed = hideUntil(tx, scope, queue.id, place, message, {
        dueMs: nowMs + visibilityMs,
        receives: message.receives + 1,
        firstReceivedMs: message.firstReceivedMs ?? nowMs,
        receipt: context.random.hex(16),
      });
      received.push({ place, message: changed });
    }
    if (ready.length < marks.length || marks.length === 0) break;
    // With no visibility timeout the same messages are due again: one pass is all there is.
    if (visibilityMs === 0) break;
  }
  const [next] = await due.entries(tx, scope, [queue.id], { limit: 1 });
  return { received, nextDueMs: next?.id[1] as number | undefined };
}

/** Moves a message to another queue under the same id and time of sending. */
export function moveMessage(
  tx: Transaction,
  from: FoundQueue,
  place: string,
  message: MessageRecord,
  to: FoundQueue,
  { clock, random, state }: SqsContext,
): void {
  const nowMs = clock.now();
  removeMessage(tx, from.scope, from.queue.id, place, message.dueMs);
  const moved = {
    ...message,
    dueMs: nowMs,
    deadLetterSourceArn: queueArn(from.scope, from.queue.name),
  };
  delete moved.receipt;
  addMessage(tx, to.scope, to.queue, createPlace(nowMs, state.nextSequence(), random), moved);
}
