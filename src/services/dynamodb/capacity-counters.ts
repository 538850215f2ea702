/** Capacity consumed per table and index, and what was refused, since it was last published. */
import type { Scope } from "#store/collection.ts";
import type { TableRecord } from "./records.ts";

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
  of(scope: Scope, table: Pick<TableRecord, "id" | "name">): Consumption;
  index(consumption: Consumption, name: string): Units;
  /** Everything since the last call. */
  take(): Consumption[];
}

export function createCapacityCounters(): CapacityCounters {
  /** By table id. */
  let entries = new Map<string, Consumption>();
  return {
    of({ account, region }, { id, name }) {
      let entry = entries.get(id);
      if (!entry) {
        const scope = { account, region };
        entry = { scope, table: name, own: noUnits(), indexes: new Map(), throttledRequests: {} };
        entries.set(id, entry);
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
