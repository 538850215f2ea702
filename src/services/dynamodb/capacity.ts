/** Capacity units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import { limits } from "./limits.ts";
import type { Written } from "./items/conditional-write.ts";
import type { TablePlace } from "./items/storage.ts";
import type { IndexRecord } from "./records.ts";
import type { DynamoContext } from "./state.ts";
import { bucketKey } from "./throughput/admission.ts";
import { indexWriteUnits } from "./throughput/index-writes.ts";

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
  /** What a write changed: indexes cost as well. */
  written?: Pick<Written, "before" | "after">;
}

/**
 * Counts the use for the metrics, takes it from what is provisioned, and gives what the answer says
 * of it, if it was asked for.
 */
export function consume(
  use: Use,
  wish: string | undefined,
  context: DynamoContext,
): ConsumedCapacity | undefined {
  const { place, index, readUnits: read = 0, writeUnits: write = 0, written } = use;
  const { scope, table } = place;
  const told = wish === "TOTAL" || wish === "INDEXES";
  const provisioned = table.billingMode === "PROVISIONED";
  const counters = context.state.consumed.of(scope, table);
  const counted =
    index?.kind === "global" ? context.state.consumed.index(counters, index.name) : counters.own;
  counted.readUnits += read;
  counted.writeUnits += write;
  if (!provisioned && !told) return undefined;
  const inIndexes =
    written && table.indexes.length > 0
      ? indexWriteUnits(table, written.before?.item, written.after?.item)
      : {};
  if (provisioned) takeUnits(use, inIndexes, context);
  if (!told) return undefined;
  const writtenUnits = Object.values(inIndexes).reduce((sum, units) => sum + units, 0);
  const units = read + write + writtenUnits;
  if (wish === "TOTAL") return { TableName: table.name, CapacityUnits: units };
  const byIndex = index ? { [index.name]: read } : inIndexes;
  const indexesOf = (kind: IndexRecord["kind"]) => {
    const own = table.indexes.filter((one) => one.kind === kind && byIndex[one.name] !== undefined);
    return Object.fromEntries(own.map(({ name }) => [name, { CapacityUnits: byIndex[name]! }]));
  };
  const [global, local] = [indexesOf("global"), indexesOf("local")];
  return {
    TableName: table.name,
    CapacityUnits: units,
    Table: { CapacityUnits: index ? 0 : read + write },
    ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: global }),
    ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: local }),
  };
}

/** Local indexes live on the table's capacity, global ones on their own. */
function takeUnits(
  { place: { scope, table }, index, readUnits: read = 0, writeUnits: write = 0 }: Use,
  inIndexes: Readonly<Record<string, number>>,
  { clock, state }: DynamoContext,
): void {
  const nowMs = clock.now();
  const take = (name: string, kind: "read" | "write", rate: number, units: number) => {
    if (units > 0) state.buckets.take(bucketKey(table.id, name, kind), rate, units, nowMs);
  };
  const from = index?.kind === "global" ? index : undefined;
  take(from?.name ?? "", "read", (from ?? table).throughput?.readUnits ?? 0, read);
  let own = write;
  const counters = state.consumed.of(scope, table);
  for (const { name, kind, throughput } of table.indexes) {
    const units = inIndexes[name] ?? 0;
    if (units === 0) continue;
    if (kind === "global") {
      state.consumed.index(counters, name).writeUnits += units;
      take(name, "write", throughput?.writeUnits ?? 0, units);
    } else {
      counters.own.writeUnits += units;
      own += units;
    }
  }
  take("", "write", table.throughput.writeUnits, own);
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
