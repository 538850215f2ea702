/** Refuses what a table or index with provisioned throughput has no capacity for. */
import { indexesThrottled, tableThrottled } from "../errors.ts";
import type { TablePlace } from "../items/storage.ts";
import type { IndexRecord } from "../records.ts";
import type { DynamoContext } from "../state.ts";

export interface Intent {
  kind: "read" | "write";
  /** "PutItem": what the metric ThrottledRequests is counted by. */
  operation: string;
  /** The index that is read; undefined for the table. */
  index?: IndexRecord | undefined;
}

/** Throws ProvisionedThroughputExceededException. On-demand tables pass. */
export function admit(place: TablePlace, intent: Intent, context: DynamoContext): void {
  if (place.table.billingMode !== "PROVISIONED") return;
  const short = shortOf(place, intent, context);
  if (!short) return;
  countThrottle(place, intent, short, context);
  throw short === "table" ? tableThrottled() : indexesThrottled();
}

/** As `admit`, for requests that leave undone what they have no capacity for. */
export function admits(place: TablePlace, intent: Intent, context: DynamoContext): boolean {
  if (place.table.billingMode !== "PROVISIONED") return true;
  const short = shortOf(place, intent, context);
  if (short) countThrottle(place, intent, short, context);
  return !short;
}

/** What has no capacity: "table", or an index. A write needs capacity in every global index, too. */
function shortOf(
  { table }: TablePlace,
  { kind, index }: Intent,
  { clock, state }: DynamoContext,
): "table" | IndexRecord | undefined {
  const nowMs = clock.now();
  const rateOf = (of: { throughput?: { readUnits: number; writeUnits: number } }) =>
    (kind === "read" ? of.throughput?.readUnits : of.throughput?.writeUnits) ?? 0;
  const admitted = (name: string, rate: number) =>
    state.buckets.admits(bucketKey(table.id, name, kind), rate, nowMs);
  if (index?.kind === "global") return admitted(index.name, rateOf(index)) ? undefined : index;
  if (!admitted("", rateOf(table))) return "table";
  if (kind === "read") return undefined;
  return table.indexes.find(
    (other) => other.kind === "global" && other.throughput && !admitted(other.name, rateOf(other)),
  );
}

function countThrottle(
  { scope, table }: TablePlace,
  { kind, operation }: Intent,
  short: "table" | IndexRecord,
  { state }: DynamoContext,
): void {
  const counters = state.consumed.of(scope, table);
  counters.throttledRequests[operation] = (counters.throttledRequests[operation] ?? 0) + 1;
  const events = short === "table" ? counters.own : state.consumed.index(counters, short.name);
  if (kind === "read") events.readThrottles++;
  else events.writeThrottles++;
}

export function bucketKey(tableId: string, index: string, kind: "read" | "write"): string {
  return `${tableId}/${index}/${kind}`;
}
