/** What DynamoDB keeps. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { Item } from "./attribute-values.ts";

export type KeyType = "S" | "N" | "B";

export interface KeySchema {
  partition: string;
  sort?: string;
}

export interface Throughput {
  readUnits: number;
  writeUnits: number;
}

export interface IndexRecord {
  name: string;
  kind: "global" | "local";
  key: KeySchema;
  projection: { type: "ALL" | "KEYS_ONLY" | "INCLUDE"; attributes?: string[] };
  throughput?: Throughput;
  /** What it will be when the update is done. */
  nextThroughput?: Throughput;
  status: "CREATING" | "UPDATING" | "DELETING" | "ACTIVE";
  /** How far a new index has been filled: the last item seen. */
  filledTo?: string;
  createdMs: number;
}

export interface TableRecord {
  name: string;
  /** A table made again under an old name has another id, so it never sees the old one's items. */
  id: string;
  status: "CREATING" | "UPDATING" | "DELETING" | "ACTIVE";
  /** When the present change of status is done. */
  settledMs: number;
  createdMs: number;
  key: KeySchema;
  attributeTypes: Record<string, KeyType>;
  billingMode: "PROVISIONED" | "PAY_PER_REQUEST";
  billingChangedMs?: number;
  throughput: Throughput;
  /** What it will be when the update is done. */
  nextThroughput?: Throughput;
  throughputChanges: { increasedMs?: number; decreasedMs?: number; decreasesToday: number };
  indexes: IndexRecord[];
  tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS";
  deletionProtection: boolean;
  encryption?: { type: string; keyArn?: string };
  timeToLive?: { attribute: string; enabled: boolean; changedMs: number };
  tags: Tags;
}

/**
 * An item's size as DynamoDB counts it, and the item as the JSON that clients are sent: what most
 * readers want of it. The checksum is that of GetItem's answer until the end of the item; entries of
 * indexes have none. A list is what stores read fastest.
 */
export type ItemRecord = readonly [sizeBytes: number, json: string, checksum?: number];

/** How items were stored once: they are read, and not written any more. */
export interface EarlierItemRecord {
  item: Item;
  sizeBytes: number;
}

/** By table name. */
export const tables = collection<TableRecord>("dynamodb", "table");

/** By table id, then the parts of the primary key. */
export const items = collection<ItemRecord | EarlierItemRecord>("dynamodb", "item");

/** Projected items by table id, index name, the index's key and the item's own. */
export const indexEntries = collection<ItemRecord | EarlierItemRecord>("dynamodb", "index");

/** By table id, then due second and item: what time to live will delete. */
export const expirations = collection<{ key: Record<string, AttributeValue> }>(
  "dynamodb",
  "expiration",
);

/** Tables whose items are still to be removed, by table id. */
export const graves = collection<{ tableId: string }>("dynamodb", "grave");

/** Finished transactions by ClientRequestToken. */
export const transactions = collection<{ digest: string; untilMs: number }>(
  "dynamodb",
  "transaction",
);
