import type { GlobalSecondaryIndexUpdate } from "@aws-sdk/client-dynamodb";
import type { Operation } from "#services/kit/service.ts";
import { isoSeconds } from "#runtime/date.ts";
import {
  notSupported,
  resourceInUse,
  resourceNotFound,
  tooManyDecreases,
  validation,
} from "../errors.ts";
import { limits } from "../limits.ts";
import {
  indexEntries,
  tables,
  type IndexRecord,
  type KeySchema,
  type TableRecord,
} from "../records.ts";
import {
  checkSchema,
  checkThroughput,
  readAttributeTypes,
  readGlobalIndex,
  readEncryption,
  readThroughput,
  refuseThroughputExtras,
} from "../tables/definition.ts";
import { describeTable } from "../tables/describe.ts";
import { findTable } from "../tables/find.ts";
import { settleMs, throughputSettleMs } from "../tables/settling.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
export const updateTable: Operation<"dynamodb", "UpdateTable", DynamoState> = async (
  input,
  context,
) => {
  if (input.StreamSpecification?.StreamEnabled) throw notSupported("DynamoDB streams");
  if (input.ReplicaUpdates) throw notSupported("global tables");
  refuseThroughputExtras(input);
  const nowMs = context.clock.now();
  const place = await context.store.transaction(async (tx) => {
    const { scope, table } = await findTable(tx, input.TableName, context);
    if (table.status !== "ACTIVE")
      throw resourceInUse(
        `Attempt to change a resource which is still in use: Table is being ${table.status.toLowerCase().replace(/ing$/, "ed")}: ${table.name}`,
      );
    const updates = input.GlobalSecondaryIndexUpdates ?? [];
    let changed = applyBilling(table, input, nowMs);
    changed = {
      ...changed,
      attributeTypes: {
        ...table.attributeTypes,
        ...readAttributeTypes(input.AttributeDefinitions),
      },
      ...readEncryption(input.SSESpecification),
      tableClass: input.TableClass ?? table.tableClass,
      deletionProtection: input.DeletionProtectionEnabled ?? table.deletionProtection,
    };
    for (const update of updates) changed = applyIndexUpdate(changed, update, nowMs);
    const staying = changed.indexes.filter(({ status }) => status !== "DELETING");
    changed.attributeTypes = withoutDeleted(changed, staying);
    checkSchema(changed.attributeTypes, changed.key, staying);
    // Names of deleted indexes may come back; their entries must not.
    for (const { name, status } of changed.indexes)
      if (status === "CREATING")
        for (const { id } of await indexEntries.entries(tx, scope, [table.id, name]))
          indexEntries.delete(tx, scope, ...id);
    const updating = {
      ...changed,
      status: "UPDATING" as const,
      settledMs: nowMs + settlingMs(changed),
    };
    tables.put(tx, scope, [table.name], updating);
    return { scope, table: updating };
  });
  return { TableDescription: describeTable(place) };
};

/** Capacity takes a while to come. */
function settlingMs({ indexes, nextThroughput }: TableRecord): number {
  const waits = nextThroughput !== undefined || indexes.some((index) => index.nextThroughput);
  return waits ? throughputSettleMs : settleMs;
}

type UpdateInput = Parameters<typeof updateTable>[0];

function applyBilling(table: TableRecord, input: UpdateInput, nowMs: number): TableRecord {
  const billingMode = input.BillingMode ?? table.billingMode;
  const given = input.ProvisionedThroughput;
  const switched = billingMode !== table.billingMode;
  if (switched || (billingMode === "PAY_PER_REQUEST" && given)) checkThroughput(billingMode, given);
  const changed: TableRecord = {
    ...table,
    billingMode,
    ...(switched && { billingChangedMs: nowMs }),
  };
  if (billingMode === "PAY_PER_REQUEST")
    return { ...changed, throughput: { readUnits: 0, writeUnits: 0 } };
  if (!given) return changed;
  const throughput = readThroughput(given);
  const { readUnits, writeUnits } = table.throughput;
  if (!switched && throughput.readUnits === readUnits && throughput.writeUnits === writeUnits)
    throw validation(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${readUnits}. Requested ReadCapacityUnits: ${throughput.readUnits}. Current WriteCapacityUnits provisioned for the table: ${writeUnits}. Requested WriteCapacityUnits: ${throughput.writeUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  const down = throughput.readUnits < readUnits || throughput.writeUnits < writeUnits;
  const up = throughput.readUnits > readUnits || throughput.writeUnits > writeUnits;
  const { throughputChanges: changes } = table;
  const decreases = decreasesOn(changes, nowMs);
  if (down && !switched) checkDecrease(changes, decreases, nowMs);
  return {
    ...changed,
    ...(switched ? { throughput } : { nextThroughput: throughput }),
    throughputChanges: {
      ...changes,
      decreasesToday: decreases,
      ...(up && { increasedMs: nowMs }),
      ...(down && { decreasedMs: nowMs, decreasesToday: decreases + 1 }),
    },
  };
}

/** Days are UTC's. */
function decreasesOn(
  { decreasedMs = 0, decreasesToday }: TableRecord["throughputChanges"],
  nowMs: number,
): number {
  const dayMs = 86_400_000;
  return Math.floor(decreasedMs / dayMs) === Math.floor(nowMs / dayMs) ? decreasesToday : 0;
}

function checkDecrease(
  { decreasedMs = 0 }: TableRecord["throughputChanges"],
  decreases: number,
  nowMs: number,
): void {
  if (decreases < limits.freeDecreasesPerDay || nowMs >= decreasedMs + limits.laterDecreaseMs)
    return;
  throw tooManyDecreases(decreases, isoSeconds(decreasedMs));
}

function applyIndexUpdate(
  table: TableRecord,
  { Create, Delete, Update }: GlobalSecondaryIndexUpdate,
  nowMs: number,
): TableRecord {
  const withIndex = (name: string | undefined, change: (index: IndexRecord) => IndexRecord) => {
    if (!table.indexes.some((index) => index.name === name && index.kind === "global"))
      throw resourceNotFound(
        `Requested resource not found: Index: ${name} for Table: ${table.name}`,
      );
    const indexes = table.indexes.map((index) => (index.name === name ? change(index) : index));
    return { ...table, indexes };
  };
  if (Delete) return withIndex(Delete.IndexName, (index) => ({ ...index, status: "DELETING" }));
  if (Update)
    return withIndex(Update.IndexName, (index) => ({
      ...index,
      status: "UPDATING",
      nextThroughput: readThroughput(Update.ProvisionedThroughput),
    }));
  if (!Create) return table;
  if (table.indexes.some(({ name }) => name === Create.IndexName))
    throw validation(`Attempting to create an index which already exists`);
  const created = readGlobalIndex(Create, {
    billingMode: table.billingMode,
    nowMs,
    status: "CREATING",
  });
  return { ...table, indexes: [...table.indexes, created] };
}

/** Attributes that only an index used that goes are forgotten with it. */
function withoutDeleted(
  { attributeTypes, indexes, key }: TableRecord,
  staying: readonly IndexRecord[],
): TableRecord["attributeTypes"] {
  const namesOf = (schemas: readonly KeySchema[]) =>
    new Set(schemas.flatMap(({ partition, sort }) => [partition, sort]));
  const kept = namesOf([key, ...staying.map((index) => index.key)]);
  const going = indexes.filter((index) => !staying.includes(index));
  const lost = namesOf(going.map((index) => index.key));
  return Object.fromEntries(
    Object.entries(attributeTypes).filter(([name]) => kept.has(name) || !lost.has(name)),
  );
}
