/** Deletes events that are older than their group keeps them. They are not shown any more anyway. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { horizonMs } from "../find.ts";
import { events, groups, streams, type EventRecord } from "../records.ts";

const intervalMs = 3_600_000;
const perPass = 1000;

export function createRetention({ store, clock }: Environment): Reconciler {
  return {
    name: "logs/retention",
    watches: [{ collection: groups }],
    reconcile: (scope, [name]) =>
      store.transaction(async (tx) => {
        const group = await groups.get(tx, scope, name!);
        if (group?.retentionDays === undefined) return undefined;
        const horizon = horizonMs(group, clock.now());
        let left = perPass;
        for (const stream of await streams.list(tx, scope, [group.id])) {
          const old = await tx.between<EventRecord>(
            events.key(scope, group.id, stream.name),
            events.key(scope, group.id, stream.name, horizon),
            { limit: left },
          );
          for (const { key } of old) tx.delete(key);
          left -= old.length;
          if (left === 0) return { afterMs: 0 };
        }
        return { afterMs: intervalMs };
      }),
  };
}
