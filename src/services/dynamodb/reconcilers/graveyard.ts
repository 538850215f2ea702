/** Removes the items and index entries of deleted tables, some at a time. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { expirations, graves, indexEntries, items } from "../records.ts";

const perPass = 1000;

export function createGraveyard({ store }: Environment): Reconciler {
  return {
    name: "dynamodb/graveyard",
    watches: [{ collection: graves }],
    reconcile: (scope, [tableId]) =>
      store.transaction(async (tx) => {
        if (!(await graves.get(tx, scope, tableId!))) return undefined;
        for (const collection of [items, indexEntries, expirations] as const) {
          const prefix = collection.key(scope, tableId!);
          const found = await tx.range(prefix, { limit: perPass });
          for (const { key } of found) tx.delete(key);
          if (found.length === perPass) return { afterMs: 0 };
        }
        graves.delete(tx, scope, tableId!);
        return undefined;
      }),
  };
}
