/** Reading and writing items with their index entries, inside a transaction. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { contentOf, sizeOfItem, typeOf, type Item } from "../attribute-values.ts";
import { itemCollectionTooLarge } from "../errors.ts";
import { project } from "../expressions/projection.ts";
import { limits } from "../limits.ts";
import {
  expirations,
  indexEntries,
  items,
  type IndexRecord,
  type TableRecord,
} from "../records.ts";
import { belongsToIndex, indexPlace, keyOf, primaryKey } from "./keys.ts";
import { StoredItem } from "./stored-item.ts";

export interface TablePlace {
  scope: Scope;
  table: TableRecord;
}

export function readItem(
  tx: Transaction,
  { scope, table }: TablePlace,
  key: Item,
): StoredItem | undefined {
  const record = items.read(tx, scope, table.id, ...primaryKey(table, key));
  return record && StoredItem.from(record);
}

/** Replaces what was there; throws when the item is too large. */
export function writeItem(
  tx: Transaction,
  place: TablePlace,
  before: StoredItem | undefined,
  after: Item,
): StoredItem {
  const { scope, table } = place;
  const sizeBytes = sizeOfItem(after);
  if (sizeBytes > limits.itemBytes) throw itemCollectionTooLarge();
  const stored = StoredItem.of(after, sizeBytes);
  items.put(tx, scope, [table.id, ...primaryKey(table, after)], stored.recordWithChecksum);
  if (table.indexes.length > 0) updateIndexes(tx, place, before?.item, after);
  if (table.timeToLive?.enabled) updateExpiration(tx, place, before?.item, after);
  return stored;
}

export function deleteItem(tx: Transaction, place: TablePlace, { item }: StoredItem): void {
  const { scope, table } = place;
  items.delete(tx, scope, table.id, ...primaryKey(table, item));
  if (table.indexes.length > 0) updateIndexes(tx, place, item, undefined);
  if (table.timeToLive) updateExpiration(tx, place, item, undefined);
}

function updateIndexes(
  tx: Transaction,
  place: TablePlace,
  before: Item | undefined,
  after: Item | undefined,
): void {
  for (const index of place.table.indexes) {
    if (before) removeFromIndex(tx, place, index, before);
    if (after) addToIndex(tx, place, index, after);
  }
}

export function addToIndex(
  tx: Transaction,
  { scope, table }: TablePlace,
  index: IndexRecord,
  item: Item,
): void {
  if (!belongsToIndex(index.key, table, item)) return;
  const projected = projectForIndex(index, table, item);
  const entry = StoredItem.of(projected, sizeOfItem(projected));
  const key = [table.id, index.name, ...indexPlace(index.key, table, item)];
  indexEntries.put(tx, scope, key, entry.record);
}

function removeFromIndex(
  tx: Transaction,
  { scope, table }: TablePlace,
  index: IndexRecord,
  item: Item,
): void {
  if (!belongsToIndex(index.key, table, item)) return;
  indexEntries.delete(tx, scope, table.id, index.name, ...indexPlace(index.key, table, item));
}

export function projectForIndex(
  { key, projection }: IndexRecord,
  table: TableRecord,
  item: Item,
): Item {
  if (projection.type === "ALL") return item;
  const names = [table.key.partition, table.key.sort, key.partition, key.sort];
  if (projection.type === "INCLUDE") names.push(...(projection.attributes ?? []));
  const wanted = new Set(names.filter((name) => name !== undefined));
  return project(
    item,
    [...wanted].map((name) => [name] as const),
  );
}

function updateExpiration(
  tx: Transaction,
  { scope, table }: TablePlace,
  before: Item | undefined,
  after: Item | undefined,
): void {
  const attribute = table.timeToLive?.attribute ?? "";
  const [was, is] = [expirySecond(before, attribute), expirySecond(after, attribute)];
  const path = (second: number, item: Item) => [table.id, second, ...primaryKey(table, item)];
  if (before && was !== undefined) expirations.delete(tx, scope, ...path(was, before));
  if (after && is !== undefined)
    expirations.put(tx, scope, path(is, after), { key: keyOf(table, after) });
}

/** When an item expires, in seconds since the epoch; undefined when it does not. */
export function expirySecond(item: Item | undefined, attribute: string): number | undefined {
  const value = item?.[attribute];
  return value && typeOf(value) === "N" ? Math.floor(Number(contentOf<string>(value))) : undefined;
}
