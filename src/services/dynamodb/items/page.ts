/** One page of Query or Scan: bounded by a limit of items and by a megabyte, filtered afterwards. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Entry, Key, Transaction } from "#store/store.ts";
import { normalizeItem, typeOf, type Item } from "../attribute-values.ts";
import { validation } from "../errors.ts";
import type { Condition } from "../expressions/ast.ts";
import { evaluate } from "../expressions/evaluate.ts";
import { limits } from "../limits.ts";
import {
  indexEntries,
  items,
  type EarlierItemRecord,
  type IndexRecord,
  type ItemRecord,
} from "../records.ts";
import { indexPlace, keyOf, primaryKey } from "./keys.ts";
import { readItem, type TablePlace } from "./storage.ts";
import { StoredItem } from "./stored-item.ts";

export interface PageRequest {
  place: TablePlace;
  index: IndexRecord | undefined;
  /** Bounds within the table's or index's keys: from ≤ key < to. */
  from: Key;
  to: Key;
  startKey: Item | undefined;
  reverse: boolean;
  /** Items to look at, before the filter. */
  limit: number | undefined;
  filter: Condition | undefined;
  /** Items that another segment of a parallel scan looks at. */
  skip?: (item: Item) => boolean;
  /** For a local index whose projection lacks what is asked for: read the whole items. */
  fetchItems: boolean;
}

export interface PageResult {
  found: StoredItem[];
  scanned: number;
  sizeBytes: number;
  lastKey: Item | undefined;
}

const rowsAtOnce = 250;

export async function readPage(tx: Transaction, request: PageRequest): Promise<PageResult> {
  const { place, index, from, to, filter, limit = Number.POSITIVE_INFINITY, reverse } = request;
  const result: PageResult = { found: [], scanned: 0, sizeBytes: 0, lastKey: undefined };
  let after = request.startKey && startPlace(request, request.startKey);
  for (;;) {
    const rows: Entry<ItemRecord | EarlierItemRecord>[] = await tx.between(from, to, {
      limit: Math.min(rowsAtOnce, limit + 1),
      reverse,
      ...(after && { after }),
    });
    for (const { key, value } of rows) {
      after = key;
      const entry = StoredItem.from(value);
      if (request.skip?.(entry.item)) continue;
      result.scanned++;
      result.sizeBytes += entry.sizeBytes;
      const stored = request.fetchItems ? (readItem(tx, place, entry.item) ?? entry) : entry;
      if (!filter || evaluate(filter, stored.item)) result.found.push(stored);
      const full = result.scanned >= limit || result.sizeBytes >= limits.pageBytes;
      if (full) {
        // DynamoDB gives a last key whenever it stopped because of a bound, more items or not.
        result.lastKey = lastKeyOf(place, index, entry.item);
        return result;
      }
    }
    if (rows.length < Math.min(rowsAtOnce, limit + 1)) return result;
  }
}

function lastKeyOf({ table }: TablePlace, index: IndexRecord | undefined, item: Item): Item {
  const key = keyOf(table, item);
  if (index)
    for (const name of [index.key.partition, index.key.sort])
      if (name !== undefined) key[name] = item[name]!;
  return key;
}

function startPlace({ place: { scope, table }, index }: PageRequest, startKey: Item): Key {
  if (index)
    return indexEntries.key(scope, table.id, index.name, ...indexPlace(index.key, table, startKey));
  return items.key(scope, table.id, ...primaryKey(table, startKey));
}

/** Throws ValidationException unless the key is one that a page could have ended with. */
export function checkStartKey(
  { table }: TablePlace,
  index: IndexRecord | undefined,
  given: Record<string, AttributeValue> | undefined,
): Item | undefined {
  if (!given) return undefined;
  const names = new Set(
    [table.key.partition, table.key.sort, index?.key.partition, index?.key.sort].filter(
      (name) => name !== undefined,
    ),
  );
  const key = normalizeItem(given);
  const fits =
    Object.keys(key).length === names.size &&
    [...names].every((name) => key[name] && typeOf(key[name]) === table.attributeTypes[name]);
  if (!fits)
    throw validation(
      "The provided starting key is invalid: The provided key element does not match the schema",
    );
  return key;
}
