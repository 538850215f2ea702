/** Capacity consumed per table and index, and what was refused, since it was last published. */
import type { Scope } from "#store/collection.ts";

export interface Units {
  readUnits: number;
  writeUnits: number;
  readThrottles: number;
  writeThrottles: number;
}

export interface Consumption {
  scope: Scope;
  table: string;
  /** The table's own, without its global indexes. */
  own: Units;
  indexes: Map<string, Units>;
  /** Requests of which something was throttled, by operation. */
  throttledRequests: Record<string, number>;
}

export interface CapacityCounters {
  of(scope: Scope, table: string): Consumption;
  index(consumption: Consumption, name: string): Units;
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
        const scope = { account, region };
        entry = { scope, table, own: noUnits(), indexes: new Map(), throttledRequests: {} };
        entries.set(key, entry);
      }
      return entry;
    },
    index({ indexes }, name) {
      let units = indexes.get(name);
      if (!units) indexes.set(name, (units = noUnits()));
      return units;
    },
    take() {
      const taken = [...entries.values()];
      entries = new Map();
      return taken;
    },
  };
}

function noUnits(): Units {
  return { readUnits: 0, writeUnits: 0, readThrottles: 0, writeThrottles: 0 };
}
