/** When an event that did not reach its target is tried again. */
import type { Random } from "#runtime/random.ts";
import type { Failure } from "./deliver.ts";
import { limits } from "./limits.ts";
import type { DeliveryRecord } from "./records.ts";

const firstDelayMs = 1000;
const longestDelayMs = 15 * 60_000;

type Next = { dueMs: number } | { exhausted: string | undefined };

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export function retry(
  { attempts, acceptedMs, target }: Pick<DeliveryRecord, "attempts" | "acceptedMs" | "target">,
  { hopeless }: Pick<Failure, "hopeless">,
  nowMs: number,
  random: Pick<Random, "next">,
): Next {
  if (hopeless) return { exhausted: undefined };
  const {
    MaximumRetryAttempts: most = limits.retryAttempts,
    MaximumEventAgeInSeconds: ageSeconds = limits.retryAgeSeconds,
  } = target.RetryPolicy ?? {};
  if (attempts >= most) return { exhausted: "MaximumRetryAttempts" };
  const longestMs = Math.min(longestDelayMs, firstDelayMs * 2 ** attempts);
  const dueMs = nowMs + longestMs * (0.5 + random.next() / 2);
  if (dueMs > acceptedMs + ageSeconds * 1000) return { exhausted: "MaximumEventAgeInSeconds" };
  return { dueMs };
}
