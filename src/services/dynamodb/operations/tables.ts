/** DescribeTable, DeleteTable, ListTables, DescribeLimits and DescribeEndpoints. */
import type { Operation } from "#services/kit/service.ts";
import { resourceInUse, validation } from "../errors.ts";
import { graves, tables } from "../records.ts";
import { countTable } from "../tables/count.ts";
import { describeTable } from "../tables/describe.ts";
import { findTable } from "../tables/find.ts";
import { settleMs } from "../tables/settling.ts";
import type { DynamoState } from "../state.ts";

const listPage = 100;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export const describe: Operation<"dynamodb", "DescribeTable", DynamoState> = async (
  input,
  context,
) => {
  const place = await context.store.transaction((tx) => findTable(tx, input.TableName, context));
  return { Table: describeTable(place, await countTable(place, context)) };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
export const deleteTable: Operation<"dynamodb", "DeleteTable", DynamoState> = async (
  input,
  context,
) => {
  const place = await context.store.transaction(async (tx) => {
    const { scope, table } = await findTable(tx, input.TableName, context);
    if (table.deletionProtection)
      throw validation(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
      );
    if (table.status === "CREATING" || table.status === "UPDATING")
      throw resourceInUse(
        `Attempt to change a resource which is still in use: Table is being ${table.status === "CREATING" ? "created" : "updated"}: ${table.name}`,
      );
    const deleting = {
      ...table,
      status: "DELETING" as const,
      settledMs: context.clock.now() + settleMs,
    };
    tables.put(tx, scope, [table.name], deleting);
    graves.put(tx, scope, [table.id], { tableId: table.id });
    return { scope, table: deleting };
  });
  return { TableDescription: describeTable(place) };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
export const listTables: Operation<"dynamodb", "ListTables", DynamoState> = async (
  input,
  context,
) => {
  const { ExclusiveStartTableName: after, Limit: limit = listPage } = input;
  const all = await context.store.transaction((tx) => tables.list(tx, context));
  const names = all.map(({ name }) => name).filter((name) => after === undefined || name > after);
  const page = names.slice(0, limit);
  return {
    TableNames: page,
    ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }),
  };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html */
export const describeLimits: Operation<"dynamodb", "DescribeLimits", DynamoState> = async () => ({
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html */
export const describeEndpoints: Operation<"dynamodb", "DescribeEndpoints", DynamoState> = async (
  _input,
  context,
) => ({
  Endpoints: [{ Address: new URL(context.baseUrl).host, CachePeriodInMinutes: 1440 }],
});
