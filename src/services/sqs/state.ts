/** What SQS may lose: who waits, and what was counted since the last minute. */
import type { Context, Environment } from "#services/kit/service.ts";
import { createCounters, type Counters } from "./counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import { createWaiters, type Waiters } from "./waiters.ts";

export interface SqsState {
  readonly waiters: Waiters;
  readonly counters: Counters;
  /** Tells messages of one millisecond apart. */
  nextSequence(): number;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export type SqsContext = Context<SqsState>;

export function createSqsState({ store, clock }: Environment): SqsState {
  let sequence = 0;
  return {
    waiters: createWaiters(store, clock),
    counters: createCounters(),
    nextSequence: () => sequence++,
  };
}
