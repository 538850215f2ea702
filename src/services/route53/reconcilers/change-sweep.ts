/** Takes changes away when nobody asks after them any longer, some at a time. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { limits } from "../limits.ts";
import { changes, changeTimes } from "../records.ts";

export function changeSweep(env: Environment): Reconciler {
  return {
    name: "route53/change-sweep",
    watches: [{ collection: changeTimes, idOf: () => ["sweep"] }],
    reconcile: (scope) =>
      env.store.transaction(async (tx) => {
        const nowMs = env.clock.now();
        const [first] = await changeTimes.entries(tx, scope, [], { limit: 1 });
        if (!first) return;
        const dueMs = (first.id[0] as number) + limits.changeMs;
        if (dueMs > nowMs) return { afterMs: dueMs - nowMs };
        const limit = limits.changesPerSweep;
        for (const { id } of await changeTimes.entries(tx, scope, [], { limit })) {
          const [submittedMs, changeId] = id as [number, string];
          if (submittedMs + limits.changeMs > nowMs) break;
          changes.delete(tx, scope, changeId);
          // This wakes the sweep once more.
          changeTimes.delete(tx, scope, submittedMs, changeId);
        }
      }),
  };
}
