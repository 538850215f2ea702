/** What SQS may lose: who waits, and what was counted since the last minute. */
import type { Context, Environment } from "#services/kit/service.ts";
import { createCounters, type Counters } from "./counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import { createPlaces } from "./places.ts";
import { createWaiters, type Waiters } from "./waiters.ts";

export interface SqsState {
  readonly waiters: Waiters;
  readonly counters: Counters;
  /** Where a message that comes now lies in its queue. */
  readonly nextPlace: (nowMs: number) => string;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export type SqsContext = Context<SqsState>;

export function createSqsState({ store, clock, random }: Environment): SqsState {
  return {
    waiters: createWaiters(store, clock),
    counters: createCounters(),
    nextPlace: createPlaces(random),
  };
}
