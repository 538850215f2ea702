/** Brings CIDR collections and the table of places to the DNS server. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { listScopes } from "#store/collection.ts";
import { cidrCollections, clientLocations, placesScope } from "../records.ts";
import type { State } from "../state.ts";

export function placesReconciler(env: Environment, state: State): Reconciler {
  const all = () => ["all"];
  return {
    name: "route53/places",
    watches: [
      { collection: cidrCollections, idOf: all },
      { collection: clientLocations, idOf: all },
    ],
    subscribe(wake) {
      state.wakePlaces = () => wake(placesScope, ["all"]);
    },
    async reconcile() {
      const config = await env.store.transaction(async (tx) => {
        const collections: Record<string, Record<string, string[]>> = {};
        for (const scope of await listScopes(tx))
          for (const { id, locations } of await cidrCollections.list(tx, scope))
            collections[id] = locations;
        const places = await clientLocations.get(tx, placesScope, "table");
        return { collections, locations: places?.locations ?? [] };
      });
      await state.plane().setCommon(config);
    },
  };
}
