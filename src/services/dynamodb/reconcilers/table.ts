/** Brings tables from CREATING and UPDATING to ACTIVE, fills new indexes, removes deleted tables. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Transaction } from "#store/store.ts";
import { addToIndex, type TablePlace } from "../items/storage.ts";
import { StoredItem } from "../items/stored-item.ts";
import { indexEntries, items, tables, type Throughput } from "../records.ts";

/** Items put into a new index in one pass. */
const perPass = 1000;

export function createTableReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "dynamodb/table",
    watches: [{ collection: tables }],
    reconcile: (scope, [name]) =>
      store.transaction(async (tx) => {
        const table = await tables.get(tx, scope, name!);
        if (!table || table.status === "ACTIVE") return undefined;
        const waitMs = table.settledMs - clock.now();
        if (waitMs > 0) return { afterMs: waitMs };
        if (table.status === "DELETING") {
          tables.delete(tx, scope, table.name);
          return undefined;
        }
        await settle(tx, { scope, table });
        return undefined;
      }),
  };
}

/** One step: the table becomes active when its indexes are. */
async function settle(tx: Transaction, place: TablePlace): Promise<void> {
  const { scope, table } = place;
  let filling = false;
  const indexes = [];
  for (const index of table.indexes) {
    if (index.status === "DELETING") {
      for (const { id } of await indexEntries.entries(tx, scope, [table.id, index.name]))
        indexEntries.delete(tx, scope, ...id);
      continue;
    }
    const full = index.status !== "CREATING" || (await fill(tx, place, index.name));
    if (!full) filling = true;
    indexes.push(full ? { ...arrived(index), status: "ACTIVE" as const } : index);
  }
  tables.put(tx, scope, [table.name], {
    ...arrived(table),
    indexes,
    status: filling ? table.status : "ACTIVE",
  });
}

/** With the throughput that was asked for. */
function arrived<T extends { throughput?: Throughput; nextThroughput?: Throughput }>(of: T): T {
  const { nextThroughput, ...rest } = of;
  return (nextThroughput ? { ...rest, throughput: nextThroughput } : rest) as T;
}

/** Entries are the same whoever writes them, so items that were written meanwhile do no harm. */
async function fill(tx: Transaction, place: TablePlace, indexName: string): Promise<boolean> {
  const { scope, table } = place;
  const index = table.indexes.find(({ name }) => name === indexName)!;
  let after: Parameters<typeof items.entries>[3];
  for (;;) {
    const found = await items.entries(tx, scope, [table.id], { limit: perPass, ...after });
    for (const { record } of found) addToIndex(tx, place, index, StoredItem.from(record).item);
    if (found.length < perPass) return true;
    after = { after: items.key(scope, ...found.at(-1)!.id) };
  }
}
