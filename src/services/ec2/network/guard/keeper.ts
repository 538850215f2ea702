/** Tells the compute driver what passes between machines, whenever that changes. */
import { sendsFromOwnAddress } from "#services/kit/load-balancing/reach.ts";
import type { PublishedSender } from "#services/kit/name-directory.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { guardedNetworks } from "./guarded-networks.ts";
import { decidingCollections, readNetworkRecords } from "./read-records.ts";

export interface NetworkKeeper {
  /** Before a machine boots: its rules count from its first packet on. */
  refresh(scope: Scope): Promise<void>;
  reconcilers: Reconciler[];
}

export function createNetworkKeeper(env: Environment): NetworkKeeper {
  const { guard } = env.compute;
  if (!guard) return { refresh: async () => undefined, reconcilers: [] };
  const scopes = new Map<string, Scope>();
  /** The networks that the driver was told of, by scope: one that is empty now is told of once more. */
  const told = new Map<string, Set<string>>();

  const refresh = async (scope: Scope) => {
    const place = `${scope.account} ${scope.region}`;
    scopes.set(place, scope);
    const records = await env.store.transaction((tx) => readNetworkRecords(tx, scope));
    const networks = guardedNetworks(records, sendersOf(env));
    const before = told.get(place) ?? new Set();
    told.set(place, new Set(networks.map(({ id }) => id)));
    for (const network of networks) {
      before.delete(network.id);
      await guard.describe(network);
    }
    for (const id of before) await guard.describe({ id, members: [], machines: new Map() });
  };
  return {
    refresh,
    reconcilers: [
      {
        name: "ec2/network-guard",
        watches: decidingCollections.map((collection) => ({ collection, idOf: () => [] })),
        subscribe: (wake) =>
          void env.names.onChange(() => {
            for (const scope of scopes.values()) wake(scope, []);
          }),
        reconcile: (scope) => refresh(scope),
      },
    ],
  };
}

/** Where balancers' connections cannot be told from others', they are this host's. */
function sendersOf(env: Environment): PublishedSender[] {
  if (!sendsFromOwnAddress(env)) return [];
  return env.names.list().flatMap(({ sender }) => (sender ? [sender] : []));
}
