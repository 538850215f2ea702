/** Brings a zone's records to the DNS server. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { hostedZones, recordSets, signings, trafficInstances } from "../records.ts";
import { readZone } from "../read-config.ts";
import type { State } from "../state.ts";

export function zoneReconciler(env: Environment, state: State): Reconciler {
  const byZone = (id: readonly unknown[]) => [String(id[0])];
  return {
    name: "route53/zone",
    watches: [
      { collection: hostedZones },
      { collection: recordSets, idOf: byZone },
      { collection: trafficInstances, idOf: byZone },
      { collection: signings, idOf: byZone },
    ],
    async reconcile(scope, [id]) {
      const isThere = await state.inOrder(async () => {
        const zone = await env.store.transaction((tx) => readZone(tx, scope, String(id)));
        await (zone ? state.plane().setZone(zone) : state.plane().removeZone(String(id)));
        return zone !== undefined;
      });
      if (isThere) state.moveToThread();
    },
  };
}
