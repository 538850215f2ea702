/** Capacity consumed per table and operation since it was last published. */
import type { Scope } from "#store/collection.ts";

export interface Consumption {
  scope: Scope;
  table: string;
  readUnits: number;
  writeUnits: number;
  /** Latency samples in milliseconds, by operation. */
  latenciesMs: Record<string, number[]>;
}

export interface CapacityCounters {
  of(scope: Scope, table: string): Consumption;
  /** Everything since the last call. */
  take(): Consumption[];
}

export function createCapacityCounters(): CapacityCounters {
  let entries = new Map<string, Consumption>();
  return {
    of({ account, region }, table) {
      const key = `${account}/${region}/${table}`;
      let entry = entries.get(key);
      if (!entry) {
        entry = { scope: { account, region }, table, readUnits: 0, writeUnits: 0, latenciesMs: {} };
        entries.set(key, entry);
      }
      return entry;
    },
    take() {
      const taken = [...entries.values()];
      entries = new Map();
      return taken;
    },
  };
}
