/** Takes records away when they have been kept for long enough, some at a time. */
import type { Collection } from "#store/collection.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Environment } from "./service.ts";

/** How many are taken away in one step. */
const mostAtOnce = 100;

interface Aging {
  /** "route53/change-sweep": names it in logs. */
  name: string;
  /** By their own id alone. */
  records: Collection<unknown>;
  /** By the time, in milliseconds, from which a record is kept, and its id: one for each record, written with it. */
  times: Collection<unknown>;
  /** Cloud time. */
  keptMs: number;
}

export function ageSweep(
  { store, clock }: Pick<Environment, "store" | "clock">,
  { name, records, times, keptMs }: Aging,
): Reconciler {
  return {
    name,
    watches: [{ collection: times, idOf: () => ["sweep"] }],
    reconcile: (scope) =>
      store.transaction(async (tx) => {
        const nowMs = clock.now();
        // This is woken with each new record: the oldest alone says whether there is something to do.
        const [oldest] = await times.entries(tx, scope, [], { limit: 1 });
        if (!oldest) return;
        const dueMs = (oldest.id[0] as number) + keptMs;
        if (dueMs > nowMs) return { afterMs: dueMs - nowMs };
        for (const { id } of await times.entries(tx, scope, [], { limit: mostAtOnce })) {
          const [beganMs, recordId] = id as [number, string];
          if (beganMs + keptMs > nowMs) break;
          records.delete(tx, scope, recordId);
          // This wakes the sweep once more.
          times.delete(tx, scope, beganMs, recordId);
        }
      }),
  };
}
