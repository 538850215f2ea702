/** Capacity units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import { limits } from "./limits.ts";
import type { TablePlace } from "./items/storage.ts";
import type { IndexRecord } from "./records.ts";
import type { DynamoContext } from "./state.ts";

/** Units for reading so many bytes; an eventually consistent read costs half. */
export function readUnits(sizeBytes: number, consistent: boolean): number {
  const units = Math.max(1, Math.ceil(sizeBytes / limits.readUnitBytes));
  return consistent ? units : units / 2;
}

export function writeUnits(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / limits.writeUnitBytes));
}

export interface Use {
  place: TablePlace;
  /** The index that was read; undefined for the table. */
  index?: IndexRecord | undefined;
  readUnits?: number;
  writeUnits?: number;
}

/** Counts the use for the metrics, and gives what the answer says of it, if it was asked for. */
export function consume(
  { place: { scope, table }, index, readUnits: read = 0, writeUnits: write = 0 }: Use,
  wish: string | undefined,
  { state }: DynamoContext,
): ConsumedCapacity | undefined {
  const counters = state.consumed.of(scope, table.name);
  counters.readUnits += read;
  counters.writeUnits += write;
  if (wish !== "TOTAL" && wish !== "INDEXES") return undefined;
  const units = read + write;
  if (wish === "TOTAL") return { TableName: table.name, CapacityUnits: units };
  const own = { CapacityUnits: units };
  const byIndex = index && { [index.name]: own };
  return {
    TableName: table.name,
    CapacityUnits: units,
    Table: index ? { CapacityUnits: 0 } : own,
    ...(byIndex && index.kind === "global" && { GlobalSecondaryIndexes: byIndex }),
    ...(byIndex && index.kind === "local" && { LocalSecondaryIndexes: byIndex }),
  };
}

/** Merges the uses of several items into one answer per table. */
export function mergeCapacity(uses: readonly (ConsumedCapacity | undefined)[]): ConsumedCapacity[] {
  const merged = new Map<string, ConsumedCapacity>();
  for (const use of uses) {
    if (!use) continue;
    const present = merged.get(use.TableName ?? "");
    if (!present) merged.set(use.TableName ?? "", { ...use });
    else {
      present.CapacityUnits = (present.CapacityUnits ?? 0) + (use.CapacityUnits ?? 0);
      if (present.Table) present.Table = { CapacityUnits: present.CapacityUnits };
    }
  }
  return [...merged.values()];
}
