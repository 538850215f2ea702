/** Taking messages out of a queue: the next that are due, dead letters moved on the way. */
import type { Transaction } from "#store/store.ts";
import { redrivePolicyOf } from "./attributes.ts";
import { nextInLine } from "./fifo.ts";
import { nextGroupMs, readyGroups } from "./message-groups.ts";
import { addMessage, hideUntil, removeMessage } from "./message.ts";
import { durationOf, findQueueByArn, isFifo, queueArn, type FoundQueue } from "./queue.ts";
import { due, fresh, lines, messages, type MessageRecord } from "./records.ts";
import type { SqsContext } from "./state.ts";

export interface Received {
  place: string;
  message: MessageRecord;
}

export interface Taken {
  received: Received[];
  /** When nothing was received: when the next hidden message comes into sight, if one is hidden. */
  nextDueMs: number | undefined;
}

export interface TakeRequest {
  most: number;
  visibilityMs: number;
}

/** Hides up to `most` due messages from others and gives them a fresh receipt. */
export function takeMessages(
  tx: Transaction,
  found: FoundQueue,
  request: TakeRequest,
  context: SqsContext,
): Promise<Taken> {
  const take = isFifo(found.queue) ? takeFromGroups : takeDue;
  return take(tx, found, request, context);
}

async function takeDue(
  tx: Transaction,
  found: FoundQueue,
  request: TakeRequest,
  context: SqsContext,
): Promise<Taken> {
  const { scope, queue } = found;
  const { most } = request;
  const nowMs = context.clock.now();
  const received: Received[] = [];
  while (received.length < most) {
    const ready = await findReady(tx, found, { nowMs, limit: most - received.length });
    if (ready.length === 0) break;
    for (const { place, message } of ready) {
      const handed = await handOut(tx, found, { place, message }, request, context);
      if (handed) received.push(handed);
    }
    // With no visibility timeout the same messages are due again: one pass is all there is.
    if (request.visibilityMs === 0) break;
  }
  if (received.length > 0) return { received, nextDueMs: undefined };
  const [next] = await due.entries(tx, scope, [queue.id], { limit: 1 });
  return { received, nextDueMs: next?.id[1] as number | undefined };
}

interface Ready extends Received {
  dueMs: number;
}

/** The messages that have been due longest, whether they were received before or not. */
async function findReady(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const { id, record } of await fresh.entries(tx, scope, [queue.id], { limit }))
    ready.push({ dueMs: record.dueMs, place: id[1] as string, message: record });
  const untouched = ready.length;
  // Places are strings, and a number sorts behind every string.
  const before = due.key(scope, queue.id, nowMs, Number.POSITIVE_INFINITY);
  for (const { id } of await due.entries(tx, scope, [queue.id], { limit, before })) {
    const [, dueMs, place] = id as [string, number, string];
    const message = messages.read(tx, scope, queue.id, place)!;
    ready.push({ dueMs, place, message });
  }
  if (ready.length > untouched) {
    ready.sort((a, b) => a.dueMs - b.dueMs || (a.place < b.place ? -1 : 1));
  }
  return ready.slice(0, limit);
}

/** As many of one group as there are, then of the next: AWS's order for FIFO queues. */
async function takeFromGroups(
  tx: Transaction,
  found: FoundQueue,
  request: TakeRequest,
  context: SqsContext,
): Promise<Taken> {
  const { scope, queue } = found;
  const { most } = request;
  const nowMs = context.clock.now();
  const received: Received[] = [];
  const visited = new Set<string>();
  while (received.length < most) {
    const ready = await readyGroups(tx, scope, queue.id, { nowMs, most: most + visited.size });
    const fresh = ready.filter((groupId) => !visited.has(groupId));
    if (fresh.length === 0) break;
    for (const groupId of fresh) {
      if (received.length >= most) break;
      visited.add(groupId);
      const left = { ...request, most: most - received.length };
      received.push(...(await takeFromGroup(tx, found, groupId, left, context)));
    }
  }
  return { received, nextDueMs: await nextGroupMs(tx, scope, queue.id) };
}

async function takeFromGroup(
  tx: Transaction,
  found: FoundQueue,
  groupId: string,
  request: TakeRequest,
  context: SqsContext,
): Promise<Received[]> {
  const { scope, queue } = found;
  const nowMs = context.clock.now();
  const received: Received[] = [];
  let last: string | undefined;
  while (received.length < request.most) {
    const line = await lines.entries(tx, scope, [queue.id, groupId], {
      limit: request.most - received.length,
      ...(last !== undefined && { after: lines.key(scope, queue.id, groupId, last) }),
    });
    if (line.length === 0) break;
    for (const { id, record } of line) {
      // Whoever is delayed holds up those behind.
      if (record.dueMs > nowMs) return received;
      last = id[2] as string;
      const message = messages.read(tx, scope, queue.id, last)!;
      const handed = await handOut(tx, found, { place: last, message }, request, context);
      if (handed) received.push(handed);
    }
  }
  return received;
}

/** Gives one due message a receipt and hides it; undefined when it was too old or a dead letter. */
async function handOut(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  { place, message }: Received,
  { visibilityMs }: TakeRequest,
  context: SqsContext,
): Promise<Received | undefined> {
  const nowMs = context.clock.now();
  if (message.sentMs + durationOf(queue, "MessageRetentionPeriod") <= nowMs) {
    await removeMessage(tx, scope, queue.id, place, message);
    return undefined;
  }
  const redrive = redrivePolicyOf(queue.attributes);
  if (redrive && message.receives >= redrive.maxReceiveCount) {
    const target = await findQueueByArn(tx, redrive.deadLetterTargetArn);
    if (target) {
      await moveMessage(tx, { scope, queue }, place, message, target, context);
      return undefined;
    }
  }
  const changed = await hideUntil(tx, scope, queue.id, place, message, {
    dueMs: nowMs + visibilityMs,
    receives: message.receives + 1,
    firstReceivedMs: message.firstReceivedMs ?? nowMs,
    receipt: context.random.hex(16),
  });
  return { place, message: changed };
}

/**
 * Moves a message to another queue under the same id. Its time of sending stays in a standard queue
 * and begins anew in a FIFO queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
async function moveMessage(
  tx: Transaction,
  from: FoundQueue,
  place: string,
  message: MessageRecord,
  to: FoundQueue,
  { clock, state }: SqsContext,
): Promise<void> {
  const nowMs = clock.now();
  await removeMessage(tx, from.scope, from.queue.id, place, message);
  const moved = {
    ...message,
    dueMs: nowMs,
    deadLetterSourceArn: queueArn(from.scope, from.queue.name),
  };
  delete moved.receipt;
  if (!isFifo(to.queue)) {
    const target = state.nextPlace(nowMs);
    return addMessage(tx, to.scope, to.queue.id, target, moved);
  }
  const { place: target, sequenceNumber } = await nextInLine(tx, to, nowMs);
  await addMessage(tx, to.scope, to.queue.id, target, { ...moved, sentMs: nowMs, sequenceNumber });
}
