/** What SNS may lose: its connections, and what was counted since the last minute. */
import { createHttpClient, type HttpClient } from "#http/client.ts";
import type { Environment } from "#services/kit/service.ts";
import { createCounters, type Counters } from "./counters.ts";
import { createSubscribers, type Subscribers } from "./subscribers.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";

export interface SnsState {
  readonly subscribers: Subscribers;
  readonly http: HttpClient;
  readonly counters: Counters;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export function createSnsState({ clock, store }: Environment): SnsState {
  return {
    subscribers: createSubscribers(store),
    http: createHttpClient({ wall: clock.wall }),
    counters: createCounters(),
  };
}
