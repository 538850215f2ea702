/** A table as DescribeTable shows it. */
import type {
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  LocalSecondaryIndexDescription,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import { dateOf } from "#runtime/date.ts";
import type { TablePlace } from "../items/storage.ts";
import type { IndexRecord, KeySchema } from "../records.ts";
import type { Counted } from "../state.ts";
import { tableArn } from "./find.ts";

export function describeTable({ scope, table }: TablePlace, counted?: Counted): TableDescription {
  const arn = tableArn(scope, table.name);
  const { readUnits, writeUnits } = table.throughput;
  const { increasedMs, decreasedMs, decreasesToday } = table.throughputChanges;
  const local = table.indexes.filter(({ kind }) => kind === "local");
  const global = table.indexes.filter(({ kind }) => kind === "global");
  return {
    AttributeDefinitions: Object.entries(table.attributeTypes).map(
      ([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }),
    ),
    TableName: table.name,
    KeySchema: keySchema(table.key),
    TableStatus: table.status,
    CreationDateTime: dateOf(table.createdMs),
    ProvisionedThroughput: {
      ...(increasedMs !== undefined && { LastIncreaseDateTime: dateOf(increasedMs) }),
      ...(decreasedMs !== undefined && { LastDecreaseDateTime: dateOf(decreasedMs) }),
      NumberOfDecreasesToday: decreasesToday,
      ReadCapacityUnits: readUnits,
      WriteCapacityUnits: writeUnits,
    },
    TableSizeBytes: counted?.sizeBytes ?? 0,
    ItemCount: counted?.items ?? 0,
    TableArn: arn,
    TableId: table.id,
    ...(table.billingMode === "PAY_PER_REQUEST" && {
      BillingModeSummary: {
        BillingMode: table.billingMode,
        // The reply to CreateTable does not have it yet.
        ...(table.status !== "CREATING" && {
          LastUpdateToPayPerRequestDateTime: dateOf(table.billingChangedMs ?? table.createdMs),
        }),
      },
    }),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) => describeIndex(index, arn, counted)),
    }),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) =>
        describeGlobalIndex(index, table.status, arn, counted),
      ),
    }),
    ...(table.encryption && {
      SSEDescription: {
        Status: "ENABLED",
        SSEType: table.encryption.type as "KMS",
        ...(table.encryption.keyArn && { KMSMasterKeyArn: table.encryption.keyArn }),
      },
    }),
    ...(table.tableClass !== "STANDARD" && { TableClassSummary: { TableClass: table.tableClass } }),
    DeletionProtectionEnabled: table.deletionProtection,
  };
}

function describeIndex(
  { key, name, projection }: IndexRecord,
  arn: string,
  counted?: Counted,
): LocalSecondaryIndexDescription {
  return {
    IndexName: name,
    KeySchema: keySchema(key),
    Projection: {
      ProjectionType: projection.type,
      ...(projection.attributes && { NonKeyAttributes: projection.attributes }),
    },
    IndexSizeBytes: counted?.indexes[name]?.sizeBytes ?? 0,
    ItemCount: counted?.indexes[name]?.items ?? 0,
    IndexArn: `${arn}/index/${name}`,
  };
}

function describeGlobalIndex(
  index: IndexRecord,
  tableStatus: string,
  arn: string,
  counted?: Counted,
): GlobalSecondaryIndexDescription {
  return {
    ...describeIndex(index, arn, counted),
    IndexStatus: index.status,
    // Indexes that a table was created with never show it.
    ...(index.status === "CREATING" && tableStatus !== "CREATING" && { Backfilling: true }),
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: index.throughput?.readUnits ?? 0,
      WriteCapacityUnits: index.throughput?.writeUnits ?? 0,
    },
  };
}

function keySchema({ partition, sort }: KeySchema): KeySchemaElement[] {
  const elements: KeySchemaElement[] = [{ AttributeName: partition, KeyType: "HASH" }];
  if (sort !== undefined) elements.push({ AttributeName: sort, KeyType: "RANGE" });
  return elements;
}
