/** Removes the streams and events of deleted groups and streams, some at a time. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { events, graves, metricFilters, subscriptionFilters, streams } from "../records.ts";

const perPass = 1000;

export function createGraveyard({ store }: Environment): Reconciler {
  return {
    name: "logs/graveyard",
    watches: [{ collection: graves }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const grave = await graves.get(tx, scope, ...id);
        if (!grave) return undefined;
        const prefix = grave.stream === undefined ? [grave.groupId] : [grave.groupId, grave.stream];
        const old = await tx.range(events.key(scope, ...prefix), { limit: perPass });
        for (const { key } of old) tx.delete(key);
        if (old.length === perPass) return { afterMs: 0 };
        if (grave.stream === undefined)
          for (const records of [subscriptionFilters, metricFilters, streams])
            for (const { id: own } of await records.entries(tx, scope, [grave.groupId]))
              records.delete(tx, scope, ...own);
        graves.delete(tx, scope, ...id);
        return undefined;
      }),
  };
}
