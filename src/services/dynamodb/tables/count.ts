/** How many items a table has, and how large they are. */
import type { Collection } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { TablePlace } from "../items/storage.ts";
import { StoredItem } from "../items/stored-item.ts";
import { indexEntries, items, type EarlierItemRecord, type ItemRecord } from "../records.ts";
import type { Counted, DynamoContext } from "../state.ts";

const pageItems = 1000;
/** AWS counts every table about every six hours; Fogbank only those that take long to count. */
const largeItems = 10_000;
const largeTablesMs = 6 * 3_600_000;

/** Small tables are counted when asked for; requests get between the pages. */
export async function countTable(place: TablePlace, context: DynamoContext): Promise<Counted> {
  const { table } = place;
  const { clock, state } = context;
  const known = state.counted.get(table.id);
  if (known && known.atMs + largeTablesMs > clock.now()) return known.counted;
  const counted: Counted = { ...(await sum(items, [table.id], place, context)), indexes: {} };
  for (const { name } of table.indexes)
    counted.indexes[name] = await sum(indexEntries, [table.id, name], place, context);
  if (counted.items > largeItems) state.counted.set(table.id, { counted, atMs: clock.now() });
  return counted;
}

async function sum(
  collection: Collection<ItemRecord | EarlierItemRecord>,
  prefix: Key,
  { scope }: TablePlace,
  { store }: DynamoContext,
): Promise<{ items: number; sizeBytes: number }> {
  const total = { items: 0, sizeBytes: 0 };
  let after: Key | undefined;
  for (;;) {
    const page = await store.transaction((tx) =>
      tx.range<ItemRecord | EarlierItemRecord>(collection.key(scope, ...prefix), {
        limit: pageItems,
        ...(after && { after }),
      }),
    );
    total.items += page.length;
    for (const { value } of page) total.sizeBytes += StoredItem.from(value).sizeBytes;
    if (page.length < pageItems) return total;
    after = page.at(-1)!.key;
  }
}
