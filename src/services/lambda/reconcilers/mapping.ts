/** Keeps a poller for each mapping that is enabled, as its record says. */
import type { Reconciler } from "#services/kit/reconciler.ts";
import { startPoller, type Poller } from "../mappings/poller.ts";
import { mappings } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";

export function mappingReconciler(env: LambdaEnvironment): Reconciler {
  const pollers = env.state.pollers;
  return {
    name: "lambda/mapping",
    watches: [{ collection: mappings }],
    async reconcile(scope, [uuid]) {
      const record = await env.store.transaction((tx) => mappings.get(tx, scope, uuid!));
      const key = `${scope.account} ${scope.region} ${String(uuid)}`;
      const present = pollers.get(key);
      if (present && record?.isEnabled && present.modifiedMs === record.modifiedMs) return;
      pollers.delete(key);
      await present?.poller.stop();
      if (record?.isEnabled)
        pollers.set(key, {
          modifiedMs: record.modifiedMs,
          poller: startPoller(env, scope, record),
        });
    },
  };
}

export type Pollers = Map<string, { modifiedMs: number; poller: Poller }>;
