/** Reads and checks what CreateTable and UpdateTable say of keys, indexes and throughput. */
import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  ProvisionedThroughput,
  SSESpecification,
} from "@aws-sdk/client-dynamodb";
import { invalidParameter, notSupported, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import type { IndexRecord, KeySchema, KeyType, TableRecord, Throughput } from "../records.ts";

export function readAttributeTypes(
  definitions: readonly AttributeDefinition[] | undefined,
): Record<string, KeyType> {
  const types: Record<string, KeyType> = {};
  for (const { AttributeName: name = "", AttributeType: type } of definitions ?? [])
    types[name] = type as KeyType;
  return types;
}

export function readKeySchema(elements: readonly KeySchemaElement[] | undefined): KeySchema {
  const [hash, range, ...more] = elements ?? [];
  if (!hash) throw invalidParameter("No key schema");
  if (hash.KeyType !== "HASH")
    throw validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (range && range.KeyType !== "RANGE")
    throw validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  if (more.length > 0)
    throw validation(
      "Key Schema too big.  Key Schema must at most consist of the hash and range key of a table",
    );
  if (range && range.AttributeName === hash.AttributeName)
    throw validation(
      "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    );
  return {
    partition: hash.AttributeName ?? "",
    ...(range && { sort: range.AttributeName ?? "" }),
  };
}

export function readThroughput(given: ProvisionedThroughput | undefined): Throughput {
  return { readUnits: given?.ReadCapacityUnits ?? 0, writeUnits: given?.WriteCapacityUnits ?? 0 };
}

/** What shows of a table's encryption; nothing is where AWS's own key does it. */
export function readEncryption(
  given: SSESpecification | undefined,
): Pick<TableRecord, "encryption"> | undefined {
  if (!given?.Enabled) return undefined;
  const { KMSMasterKeyId: keyArn, SSEType: type = "KMS" } = given;
  return { encryption: { type, ...(keyArn && { keyArn }) } };
}

export function refuseThroughputExtras(input: {
  WarmThroughput?: unknown;
  OnDemandThroughput?: unknown;
}): void {
  if (input.WarmThroughput !== undefined) throw notSupported("DynamoDB's warm throughput");
  if (input.OnDemandThroughput !== undefined)
    throw notSupported("DynamoDB's on-demand throughput limits");
}

/** Throws unless throughput is given for provisioned billing and for nothing else. */
export function checkThroughput(
  billingMode: TableRecord["billingMode"],
  given: ProvisionedThroughput | undefined,
): void {
  if (billingMode === "PROVISIONED" && !given)
    throw invalidParameter(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  if (billingMode === "PAY_PER_REQUEST" && given)
    throw invalidParameter(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
}

interface IndexContext {
  billingMode: TableRecord["billingMode"];
  nowMs: number;
  status: IndexRecord["status"];
}

export function readGlobalIndex(
  {
    IndexName: name = "",
    KeySchema: schema,
    Projection,
    ProvisionedThroughput: given,
  }: GlobalSecondaryIndex,
  { billingMode, nowMs, status }: IndexContext,
): IndexRecord {
  if (billingMode === "PROVISIONED" && !given)
    throw invalidParameter(`ProvisionedThroughput is not specified for index: ${name}`);
  if (billingMode === "PAY_PER_REQUEST") checkThroughput(billingMode, given);
  return {
    name,
    kind: "global",
    key: readKeySchema(schema),
    projection: readProjection(Projection),
    ...(given && { throughput: readThroughput(given) }),
    status,
    createdMs: nowMs,
  };
}

export function readLocalIndex(
  { IndexName: name = "", KeySchema: schema, Projection }: LocalSecondaryIndex,
  table: KeySchema,
  nowMs: number,
): IndexRecord {
  const key = readKeySchema(schema);
  if (table.sort === undefined)
    throw invalidParameter(
      "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    );
  if (key.partition !== table.partition)
    throw invalidParameter(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${key.partition}, table hash key: ${table.partition}`,
    );
  if (key.sort === undefined)
    throw invalidParameter(`Index KeySchema does not have a range key for index: ${name}`);
  return {
    name,
    kind: "local",
    key,
    projection: readProjection(Projection),
    status: "ACTIVE",
    createdMs: nowMs,
  };
}

function readProjection(given: GlobalSecondaryIndex["Projection"]): IndexRecord["projection"] {
  const { ProjectionType: type, NonKeyAttributes: attributes } = given ?? {};
  if (!type) throw invalidParameter("Unknown ProjectionType: null");
  if (type === "INCLUDE" && !attributes)
    throw invalidParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  if (type !== "INCLUDE" && attributes)
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  return { type, ...(attributes && { attributes }) };
}

/** Throws unless exactly the key attributes are defined, and names and numbers of indexes are sound. */
export function checkSchema(
  attributeTypes: Readonly<Record<string, KeyType>>,
  key: KeySchema,
  indexes: readonly IndexRecord[],
): void {
  const used = new Set<string>();
  for (const { partition, sort } of [key, ...indexes.map((index) => index.key)]) {
    used.add(partition);
    if (sort !== undefined) used.add(sort);
  }
  const defined = Object.keys(attributeTypes);
  const missing = [...used].filter((name) => !defined.includes(name));
  if (missing.length > 0 && indexes.length === 0)
    throw validation("Invalid KeySchema: Some index key attribute have no definition");
  if (missing.length > 0)
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
    );
  if (defined.length > used.size && indexes.length > 0)
    throw invalidParameter(
      `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.toSorted().join(", ")}], keys used: [${[...used].toSorted().join(", ")}]`,
    );
  if (defined.length > used.size)
    throw invalidParameter(
      "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidParameter(`Duplicate index name: ${repeated}`);
  const local = indexes.filter(({ kind }) => kind === "local").length;
  if (local > limits.localIndexes)
    throw invalidParameter(
      `Number of LocalSecondaryIndexes exceeds per-table limit of ${limits.localIndexes}`,
    );
  if (indexes.length - local > limits.globalIndexes)
    throw invalidParameter(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${limits.globalIndexes}`,
    );
}
