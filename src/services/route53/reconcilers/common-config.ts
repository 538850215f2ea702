/** Brings CIDR collections, the table of places and the list of logged zones to the DNS server. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { readCommon } from "../read-config.ts";
import { cidrCollections, clientLocations, queryLogging } from "../records.ts";
import type { State } from "../state.ts";

export function commonReconciler(env: Environment, state: State): Reconciler {
  const all = () => ["all"];
  return {
    name: "route53/common-config",
    watches: [
      { collection: cidrCollections, idOf: all },
      { collection: clientLocations, idOf: all },
      { collection: queryLogging, idOf: all },
    ],
    async reconcile() {
      await state.inOrder(async () => {
        const config = await env.store.transaction((tx) => readCommon(tx));
        await state.plane().setCommon(config);
        state.logsQueries = config.loggedZones.length > 0;
      });
    },
  };
}
