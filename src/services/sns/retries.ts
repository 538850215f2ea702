/** When to try a failed delivery again: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
import type { RetryPolicy } from "./topic-attributes.ts";

/**
 * Endpoints that AWS runs (queues): three tries at once, two a second apart, ten backing off from
 * one to twenty seconds, then one every twenty seconds, 100,015 in all.
 * @returns milliseconds to wait after so many failed attempts; undefined to give up.
 */
export function managedDelay(attempts: number): number | undefined {
  if (attempts <= 3) return 0;
  if (attempts <= 5) return 1000;
  if (attempts <= 15) return Math.min(20_000, 1000 * 20 ** ((attempts - 5) / 10));
  return attempts <= 100_015 ? 20_000 : undefined;
}

/** Endpoints of customers (HTTP): the four phases of the delivery policy. */
export function httpDelay(attempts: number, policy: RetryPolicy): number | undefined {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  const { minDelayTarget: least, maxDelayTarget: most, backoffFunction } = policy;
  if (attempts > numRetries) return undefined;
  let step = attempts;
  if (step <= numNoDelayRetries) return 0;
  step -= numNoDelayRetries;
  if (step <= numMinDelayRetries) return least * 1000;
  step -= numMinDelayRetries;
  const backoffSteps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  if (step > backoffSteps) return most * 1000;
  const progress = backoffSteps <= 1 ? 0 : (step - 1) / (backoffSteps - 1);
  return (least + (most - least) * shape(backoffFunction, progress)) * 1000;
}

/** How far from the least to the greatest delay, from 0 to 1. */
function shape(backoffFunction: string, progress: number): number {
  if (backoffFunction === "exponential") return (2 ** (progress * 6) - 1) / (2 ** 6 - 1);
  if (backoffFunction === "geometric") return progress ** 3;
  if (backoffFunction === "arithmetic") return progress ** 2;
  return progress;
}
