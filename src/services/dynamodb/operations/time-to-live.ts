/** UpdateTimeToLive and DescribeTimeToLive. */
import type { Operation } from "#services/kit/service.ts";
import { validation } from "../errors.ts";
import { expirySecond } from "../items/storage.ts";
import { keyOf, primaryKey } from "../items/keys.ts";
import { StoredItem } from "../items/stored-item.ts";
import { expirations, items, tables } from "../records.ts";
import { findActiveTable, findTable } from "../tables/find.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
export const updateTimeToLive: Operation<"dynamodb", "UpdateTimeToLive", DynamoState> = async (
  input,
  context,
) => {
  const { AttributeName: attribute = "", Enabled: enabled = false } =
    input.TimeToLiveSpecification ?? {};
  await context.store.transaction(async (tx) => {
    const { scope, table } = findActiveTable(tx, input.TableName, context);
    const present = table.timeToLive;
    if (enabled && present?.enabled) throw validation("TimeToLive is already enabled");
    if (!enabled && !present?.enabled) throw validation("TimeToLive is already disabled");
    if (!enabled && present?.attribute !== attribute)
      throw validation(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${present?.attribute}`,
      );
    for (const { id } of await expirations.entries(tx, scope, [table.id]))
      expirations.delete(tx, scope, ...id);
    if (enabled)
      for (const record of await items.list(tx, scope, [table.id])) {
        const { item } = StoredItem.from(record);
        const second = expirySecond(item, attribute);
        if (second === undefined) continue;
        const id = [table.id, second, ...primaryKey(table, item)];
        expirations.put(tx, scope, id, { key: keyOf(table, item) });
      }
    const timeToLive = { attribute, enabled, changedMs: context.clock.now() };
    tables.put(tx, scope, [table.name], { ...table, timeToLive });
  });
  return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html */
export const describeTimeToLive: Operation<"dynamodb", "DescribeTimeToLive", DynamoState> = async (
  input,
  context,
) => {
  const { table } = await context.store.transaction((tx) =>
    findTable(tx, input.TableName, context),
  );
  const { timeToLive } = table;
  return {
    TimeToLiveDescription: timeToLive?.enabled
      ? { TimeToLiveStatus: "ENABLED", AttributeName: timeToLive.attribute }
      : { TimeToLiveStatus: "DISABLED" },
  };
};
