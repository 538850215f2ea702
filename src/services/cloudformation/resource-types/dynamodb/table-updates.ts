/** Which single change brings a table closer to its properties. */
import { isDeepStrictEqual } from "node:util";
import type { TableDescription, UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { Properties } from "../resource-type.ts";

type TableUpdate = Omit<UpdateTableCommandInput, "TableName">;

/** Undefined when the table is as its properties say. DynamoDB makes or drops one index a call. */
export function nextTableUpdate(
  properties: Properties,
  table: TableDescription,
): TableUpdate | undefined {
  return settings(properties, table) ?? indexChange(properties, table);
}

function settings(properties: Properties, table: TableDescription): TableUpdate | undefined {
  const { ProvisionedThroughput: wanted, TableClass, DeletionProtectionEnabled } = properties;
  const mode: "PROVISIONED" | "PAY_PER_REQUEST" = properties["BillingMode"] ?? "PROVISIONED";
  const now = table.BillingModeSummary?.BillingMode ?? "PROVISIONED";
  const rates = table.ProvisionedThroughput;
  if (mode !== now)
    return {
      BillingMode: mode,
      ...(mode === "PROVISIONED" && {
        ProvisionedThroughput: wanted,
        GlobalSecondaryIndexUpdates: (properties["GlobalSecondaryIndexes"] ?? []).map(
          ({ IndexName, ProvisionedThroughput }: Properties) => ({
            Update: { IndexName, ProvisionedThroughput },
          }),
        ),
      }),
    };
  const differs =
    wanted &&
    (wanted.ReadCapacityUnits !== rates?.ReadCapacityUnits ||
      wanted.WriteCapacityUnits !== rates?.WriteCapacityUnits);
  if (mode === "PROVISIONED" && differs) return { ProvisionedThroughput: wanted };
  if ((DeletionProtectionEnabled ?? false) !== (table.DeletionProtectionEnabled ?? false))
    return { DeletionProtectionEnabled: DeletionProtectionEnabled ?? false };
  const tableClass = table.TableClassSummary?.TableClass ?? "STANDARD";
  if ((TableClass ?? "STANDARD") !== tableClass) return { TableClass: TableClass ?? "STANDARD" };
  return undefined;
}

function indexChange(properties: Properties, table: TableDescription): TableUpdate | undefined {
  const wanted: Properties[] = properties["GlobalSecondaryIndexes"] ?? [];
  const present = table.GlobalSecondaryIndexes ?? [];
  const AttributeDefinitions = properties["AttributeDefinitions"];
  for (const index of present) {
    const same = wanted.find(({ IndexName }) => IndexName === index.IndexName);
    if (!same || !isDeepStrictEqual(same["KeySchema"], index.KeySchema))
      return {
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index.IndexName } }],
      };
  }
  for (const index of wanted) {
    const same = present.find(({ IndexName }) => IndexName === index["IndexName"]);
    if (!same)
      return {
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: index as never }],
      };
    const rates = index["ProvisionedThroughput"];
    const now = same.ProvisionedThroughput;
    if (
      rates &&
      (rates.ReadCapacityUnits !== now?.ReadCapacityUnits ||
        rates.WriteCapacityUnits !== now?.WriteCapacityUnits)
    )
      return {
        GlobalSecondaryIndexUpdates: [
          { Update: { IndexName: index["IndexName"], ProvisionedThroughput: rates } },
        ],
      };
  }
  return undefined;
}
