/** What DynamoDB may lose: capacity consumed since the last minute. */
import type { Context } from "#services/kit/service.ts";
import { createCapacityCounters, type CapacityCounters } from "./capacity-counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";

export interface Counted {
  items: number;
  sizeBytes: number;
  indexes: Record<string, { items: number; sizeBytes: number }>;
}

export interface DynamoState {
  readonly consumed: CapacityCounters;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export type DynamoContext = Context<DynamoState>;

export function createDynamoState(): DynamoState {
  return { consumed: createCapacityCounters() };
}
