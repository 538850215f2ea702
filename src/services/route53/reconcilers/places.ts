/** Brings CIDR collections and the table of places to the DNS server. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { readPlaces } from "../read-config.ts";
import { cidrCollections, clientLocations } from "../records.ts";
import type { State } from "../state.ts";

export function placesReconciler(env: Environment, state: State): Reconciler {
  const all = () => ["all"];
  return {
    name: "route53/places",
    watches: [
      { collection: cidrCollections, idOf: all },
      { collection: clientLocations, idOf: all },
    ],
    async reconcile() {
      await state.plane().setCommon(await env.store.transaction((tx) => readPlaces(tx)));
    },
  };
}
