import type { Operation } from "#services/kit/service.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { invalidParameter, notSupported, resourceInUse } from "../errors.ts";
import { tables, type TableRecord } from "../records.ts";
import {
  checkSchema,
  checkThroughput,
  readAttributeTypes,
  readGlobalIndex,
  readKeySchema,
  readLocalIndex,
  readEncryption,
  readThroughput,
  refuseThroughputExtras,
} from "../tables/definition.ts";
import { describeTable } from "../tables/describe.ts";
import { parseTableName } from "../tables/find.ts";
import { settleMs } from "../tables/settling.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export const createTable: Operation<"dynamodb", "CreateTable", DynamoState> = async (
  input,
  context,
) => {
  if (input.StreamSpecification?.StreamEnabled) throw notSupported("DynamoDB streams");
  if (input.ResourcePolicy !== undefined) throw notSupported("DynamoDB's resource policies");
  refuseThroughputExtras(input);
  for (const parameter of ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] as const)
    if (input[parameter]?.length === 0) throw invalidParameter(`List of ${parameter} is empty`);
  const nowMs = context.clock.now();
  const billingMode = input.BillingMode ?? "PROVISIONED";
  checkThroughput(billingMode, input.ProvisionedThroughput);
  const { scope, name } = parseTableName(input.TableName, context);
  const key = readKeySchema(input.KeySchema);
  const global = (input.GlobalSecondaryIndexes ?? []).map((index) =>
    readGlobalIndex(index, { billingMode, nowMs, status: "CREATING" }),
  );
  const local = (input.LocalSecondaryIndexes ?? []).map((index) =>
    readLocalIndex(index, key, nowMs),
  );
  const attributeTypes = readAttributeTypes(input.AttributeDefinitions);
  const indexes = [...global, ...local];
  checkSchema(attributeTypes, key, indexes);
  const table: TableRecord = {
    name,
    id: context.random.uuid(),
    status: "CREATING",
    settledMs: nowMs + settleMs,
    createdMs: nowMs,
    key,
    attributeTypes,
    billingMode,
    throughput: readThroughput(input.ProvisionedThroughput),
    throughputChanges: { decreasesToday: 0 },
    indexes,
    tableClass: input.TableClass ?? "STANDARD",
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    ...readEncryption(input.SSESpecification),
    tags: tagsFromList(input.Tags),
  };
  await context.store.transaction(async (tx) => {
    const present = await tables.get(tx, scope, name);
    if (present) throw resourceInUse(`Table already exists: ${name}`);
    tables.put(tx, scope, [name], table);
  });
  return { TableDescription: describeTable({ scope, table }) };
};
