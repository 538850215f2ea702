/** What DynamoDB may lose: capacity consumed since the last minute, counts of large tables. */
import type { Context } from "#services/kit/service.ts";
import { createCapacityCounters, type CapacityCounters } from "./capacity-counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";
import { createBuckets, type ThroughputBuckets } from "./throughput/buckets.ts";

export interface Counted {
  items: number;
  sizeBytes: number;
  indexes: Record<string, { items: number; sizeBytes: number }>;
}

export interface DynamoState {
  readonly consumed: CapacityCounters;
  readonly buckets: ThroughputBuckets;
  /** Large tables by id, as they were counted last. */
  readonly counted: Map<string, { counted: Counted; atMs: number }>;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export type DynamoContext = Context<DynamoState>;

export function createDynamoState(): DynamoState {
  return { consumed: createCapacityCounters(), buckets: createBuckets(), counted: new Map() };
}
