/**
 * Deletes items whose time to live is over. AWS does so within a few days; Fogbank looks each
 * minute of cloud time.
 */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { deleteItem, readItem } from "../items/storage.ts";
import { expirations, tables } from "../records.ts";

const intervalMs = 60_000;
const perPass = 200;
/** Items that expired longer ago than this are taken for a mistake and kept, as on AWS. */
const oldestSeconds = 5 * 365 * 24 * 3600;

export function createTimeToLive({ store, clock }: Environment): Reconciler {
  return {
    name: "dynamodb/time-to-live",
    watches: [{ collection: tables }],
    reconcile: (scope, [name]) =>
      store.transaction(async (tx) => {
        const table = await tables.get(tx, scope, name!);
        if (!table?.timeToLive?.enabled || table.status === "DELETING") return undefined;
        const nowSeconds = Math.floor(clock.now() / 1000);
        const due = await tx.between<{ key: Parameters<typeof readItem>[2] }>(
          expirations.key(scope, table.id, nowSeconds - oldestSeconds),
          expirations.key(scope, table.id, nowSeconds),
          { limit: perPass },
        );
        for (const { key, value } of due) {
          const stored = readItem(tx, { scope, table }, value.key);
          if (stored) deleteItem(tx, { scope, table }, stored);
          tx.delete(key);
        }
        return { afterMs: due.length === perPass ? 0 : intervalMs };
      }),
  };
}
