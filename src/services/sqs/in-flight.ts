/** Deleting and hiding received messages, for the single operations and their batches. */
import type { Transaction } from "#store/store.ts";
import {
  invalidParameter,
  messageNotInflight,
  missingParameter,
  receiptHandleExpired,
  receiptHandleInvalid,
} from "./errors.ts";
import { limits } from "./limits.ts";
import { hideUntil, parseReceiptHandle, removeMessage } from "./message.ts";
import { isFifo, type FoundQueue } from "./queue.ts";
import { messages, type MessageRecord } from "./records.ts";

interface Held {
  place: string;
  /** Undefined when it was deleted already. */
  message: MessageRecord | undefined;
  /** False when another receive has given out a newer handle. */
  current: boolean;
}

/** Throws ReceiptHandleIsInvalid for what was never a handle of this queue. */
function hold(tx: Transaction, { scope, queue }: FoundQueue, handle: string | undefined): Held {
  if (handle === undefined || handle === "") throw missingParameter("ReceiptHandle");
  const parsed = parseReceiptHandle(handle);
  if (!parsed) throw receiptHandleInvalid(handle);
  // A queue made again under an old name has another id.
  if (parsed.queueId !== queue.id)
    return { place: parsed.place, message: undefined, current: false };
  const message = messages.read(tx, scope, queue.id, parsed.place);
  return { place: parsed.place, message, current: message?.receipt === parsed.receipt };
}

/**
 * Deletes by handle. A stale handle is accepted and deletes nothing, as on AWS; in a FIFO queue it is
 * refused once the visibility timeout is over.
 */
export async function deleteHeld(
  tx: Transaction,
  found: FoundQueue,
  handle: string | undefined,
  nowMs: number,
): Promise<boolean> {
  const { place, message, current } = hold(tx, found, handle);
  if (message && isFifo(found.queue) && (!current || message.dueMs <= nowMs))
    throw receiptHandleExpired(handle!);
  if (!message || !current) return false;
  await removeMessage(tx, found.scope, found.queue.id, place, message);
  return true;
}

/** Throws when the message is no longer in flight under this handle. */
export async function changeVisibility(
  tx: Transaction,
  found: FoundQueue,
  {
    handle,
    seconds,
    nowMs,
  }: { handle: string | undefined; seconds: number | undefined; nowMs: number },
): Promise<void> {
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  if (seconds < 0 || seconds > limits.longestVisibilitySeconds)
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and ${limits.longestVisibilitySeconds}.`,
    );
  const { place, message, current } = hold(tx, found, handle);
  if (!message)
    throw invalidParameter(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  if (isFifo(found.queue) && (!current || message.dueMs <= nowMs))
    throw receiptHandleExpired(handle!);
  // An older handle of a message that is in flight again still reaches it.
  if (message.receipt === undefined || message.dueMs <= nowMs) throw messageNotInflight();
  const sinceFirstMs = nowMs - (message.firstReceivedMs ?? nowMs);
  if (
    message.receives === 1 &&
    sinceFirstMs + seconds * 1000 > limits.longestVisibilitySeconds * 1000
  )
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${limits.longestVisibilitySeconds} seconds].`,
    );
  await hideUntil(tx, found.scope, found.queue.id, place, message, {
    dueMs: nowMs + seconds * 1000,
  });
}
