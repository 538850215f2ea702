import { limits } from "../limits.ts";

/** Waits after errors of the function, in order: one minute, then two. */
const errorWaitsMs = [60_000, 120_000];
/** Waits when it cannot be run: from a second to five minutes, each twice the one before. */
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

export interface Tried {
  /** Attempts that the function answered with an error before this one. */
  attempts: number;
  ageMs: number;
  /** It could not be run at all: too many run, or Lambda itself failed. Such attempts do not count. */
  isThrottled: boolean;
  mostRetries: number | undefined;
  mostAgeSeconds: number | undefined;
}

export type Retry =
  | { afterMs: number; counts: 0 | 1 }
  | { reason: "RetriesExhausted" | "EventAgeExceeded" };

/** What becomes of an event whose attempt failed. */
export function planRetry(tried: Tried): Retry {
  const { attempts, ageMs, isThrottled } = tried;
  const mostAgeMs = (tried.mostAgeSeconds ?? limits.eventAgeSeconds) * 1000;
  const afterMs = isThrottled
    ? Math.min(longestWaitMs, Math.max(firstWaitMs, ageMs))
    : errorWaitsMs[Math.min(attempts, errorWaitsMs.length - 1)]!;
  if (!isThrottled && attempts >= (tried.mostRetries ?? limits.retries))
    return { reason: "RetriesExhausted" };
  if (ageMs + afterMs > mostAgeMs) return { reason: "EventAgeExceeded" };
  return { afterMs, counts: isThrottled ? 0 : 1 };
}
