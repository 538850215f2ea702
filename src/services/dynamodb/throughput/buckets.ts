/**
 * How much of a provisioned throughput is there to be taken. Pure bookkeeping; lost without harm, for
 * a bucket that nobody knows is full.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
 */
import { limits } from "../limits.ts";

interface Bucket {
  units: number;
  /** Units per second that flow in. */
  rate: number;
  atMs: number;
}

export interface ThroughputBuckets {
  /** Whether anything may be taken; what a request costs is known only when it was served. */
  admits(key: string, rate: number, nowMs: number): boolean;
  /** Takes what was used, into debt if need be. */
  take(key: string, rate: number, units: number, nowMs: number): void;
}

export function createBuckets(): ThroughputBuckets {
  const buckets = new Map<string, Bucket>();
  const settle = (key: string, rate: number, nowMs: number): Bucket => {
    const most = rate * limits.burstSeconds;
    const bucket = buckets.get(key);
    if (!bucket) {
      const made = { units: most, rate, atMs: nowMs };
      buckets.set(key, made);
      return made;
    }
    // What flowed in until now flowed at the old rate; a larger one fills from now on.
    const flowed = ((nowMs - bucket.atMs) / 1000) * bucket.rate;
    // What is owed is no more than a second of the new rate: new capacity ends throttling at once.
    const raised = rate > bucket.rate;
    bucket.units = Math.min(most, bucket.units + flowed);
    if (raised) bucket.units = Math.max(bucket.units, rate);
    bucket.rate = rate;
    bucket.atMs = nowMs;
    return bucket;
  };
  return {
    admits: (key, rate, nowMs) => settle(key, rate, nowMs).units > 0,
    take(key, rate, units, nowMs) {
      settle(key, rate, nowMs).units -= units;
    },
  };
}
