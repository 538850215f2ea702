/**
 * ReceiveRequestAttemptId: a receive whose answer was lost can be repeated within five minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html
 */
import type { Transaction } from "#store/store.ts";
import { limits } from "./limits.ts";
import { hideUntil } from "./message.ts";
import type { FoundQueue } from "./queue.ts";
import { attempts, messages } from "./records.ts";
import { takeMessages, type Received, type Taken, type TakeRequest } from "./receive.ts";
import type { SqsContext } from "./state.ts";

interface AttemptRequest {
  attemptId: string;
  nowMs: number;
  visibilityMs: number;
}

/** Takes messages, or the same as before when the attempt is a repeated one. */
export async function takeOnce(
  tx: Transaction,
  found: FoundQueue,
  { attemptId, ...request }: TakeRequest & { attemptId: string | undefined },
  context: SqsContext,
): Promise<Taken> {
  if (attemptId === undefined) return takeMessages(tx, found, request, context);
  const attempt = { attemptId, nowMs: context.clock.now(), visibilityMs: request.visibilityMs };
  const again = await repeatAttempt(tx, found, attempt);
  if (again) return { received: again, nextDueMs: undefined };
  const taken = await takeMessages(tx, found, request, context);
  if (taken.received.length > 0) await noteAttempt(tx, found, attempt, taken.received);
  return taken;
}

/**
 * The messages of the first attempt under their first handles, hidden anew; undefined when there was
 * none or when one of them was deleted, came back or had its timeout changed since.
 */
async function repeatAttempt(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  { attemptId, nowMs, visibilityMs }: AttemptRequest,
): Promise<Received[] | undefined> {
  const attempt = await attempts.get(tx, scope, queue.id, attemptId);
  if (!attempt || attempt.untilMs <= nowMs) return undefined;
  const received: Received[] = [];
  for (const { place, receipt, dueMs } of attempt.handed) {
    const message = await messages.get(tx, scope, queue.id, place);
    if (message?.receipt !== receipt || message.dueMs !== dueMs || dueMs <= nowMs) return undefined;
    received.push({ place, message });
  }
  const hidden: Received[] = [];
  const dueMs = nowMs + visibilityMs;
  for (const { place, message } of received) {
    const changed = await hideUntil(tx, scope, queue.id, place, message, { dueMs });
    hidden.push({ place, message: changed });
  }
  keepAttempt(tx, { scope, queue }, attemptId, hidden, attempt.untilMs);
  return hidden;
}

/** Keeps what an attempt was handed, and forgets an older attempt or two. */
async function noteAttempt(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  { attemptId, nowMs }: AttemptRequest,
  received: readonly Received[],
): Promise<void> {
  const known = await attempts.entries(tx, scope, [queue.id], { limit: 10 });
  for (const { id, record } of known)
    if (record.untilMs <= nowMs) attempts.delete(tx, scope, ...id);
  keepAttempt(tx, { scope, queue }, attemptId, received, nowMs + limits.deduplicationMs);
}

function keepAttempt(
  tx: Transaction,
  { scope, queue }: FoundQueue,
  attemptId: string,
  received: readonly Received[],
  untilMs: number,
): void {
  const handed = received.map(({ place, message: { receipt = "", dueMs } }) => ({
    place,
    receipt,
    dueMs,
  }));
  attempts.put(tx, scope, [queue.id, attemptId], { untilMs, handed });
}
