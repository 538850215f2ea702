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
  type StoredItem,
  type TableRecord,
} from "../records.ts";
import { belongsToIndex, indexPlace, keyOf, primaryKey } from "./keys.ts";

export interface TablePlace {
  scope: Scope;
  table: TableRecord;
}

export function readItem(
  tx: Transaction,
  { scope, table }: TablePlace,
  key: Item,
): Promise<StoredItem | undefined> {
  return items.get(tx, scope, table.id, ...primaryKey(table, key));
}

/** Replaces what was there; throws when the item is too large. */
export function writeItem(
  tx: Transaction,
  place: TablePlace,
  before: Item | undefined,
  after: Item,
): StoredItem {
  const { scope, table } = place;
  const sizeBytes = sizeOfItem(after);
  if (sizeBytes > limits.itemBytes) throw itemCollectionTooLarge();
  const stored = { item: after, sizeBytes };
  items.put(tx, scope, [table.id, ...primaryKey(table, after)], stored);
  if (table.indexes.length > 0) updateIndexes(tx, place, before, after);
  if (table.timeToLive?.enabled) updateExpiration(tx, place, before, after);
  return stored;
}

export function deleteItem(tx: Transaction, place: TablePlace, before: Item): void {
  const { scope, table } = place;
  items.delete(tx, scope, table.id, ...primaryKey(table, before));
  if (table.indexes.length > 0) updateIndexes(tx, place, before, undefined);
  if (table.timeToLive) updateExpiration(tx, place, before, undefined);
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
  const entry = { item: projected, sizeBytes: sizeOfItem(projected) };
  const key = [table.id, index.name, ...indexPlace(index.key, table, item)];
  indexEntries.put(tx, scope, key, entry);
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
