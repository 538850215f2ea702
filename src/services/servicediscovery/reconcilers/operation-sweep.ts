/** Takes operations away when nobody can ask after them any longer, some at a time. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { limits } from "../limits.ts";
import { operationRecords, operationTimes } from "../records.ts";

export function operationSweep(env: Environment): Reconciler {
  return {
    name: "servicediscovery/operation-sweep",
    watches: [{ collection: operationTimes, idOf: () => ["sweep"] }],
    async reconcile(scope) {
      const nowMs = env.clock.now();
      const nextMs = await env.store.transaction(async (tx) => {
        const limit = limits.operationsPerSweep;
        const oldest = await operationTimes.entries(tx, scope, [], { limit });
        for (const { id } of oldest) {
          const [beganMs, operationId] = id as [number, string];
          if (beganMs + limits.operationMs > nowMs) return beganMs + limits.operationMs;
          operationRecords.delete(tx, scope, operationId);
          operationTimes.delete(tx, scope, beganMs, operationId);
        }
        return oldest.length < limit ? undefined : nowMs;
      });
      return nextMs === undefined ? undefined : { afterMs: nextMs - nowMs };
    },
  };
}
