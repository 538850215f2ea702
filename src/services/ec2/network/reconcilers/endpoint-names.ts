import type { PublishedName } from "#services/kit/name-directory.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import { endpointNames } from "../endpoint-names.ts";
import { findBalancers, ownEndpointServices, serviceIdIn } from "../own-endpoint-services.ts";
import { vpcEndpoints } from "../records.ts";

/**
 * Tells the DNS server where the endpoints of the account's own services lead: to the nodes of the
 * service's load balancers, which are names of the directory themselves.
 */
export function endpointNameReconciler(
  env: Pick<Environment, "clients" | "names" | "store">,
): Reconciler {
  /** Endpoints whose names follow those of load balancers. */
  const followers = new Map<string, { scope: Scope; id: Key }>();
  return {
    name: "ec2/endpoint-names",
    watches: [
      { collection: vpcEndpoints },
      // A service may change its load balancers.
      { collection: ownEndpointServices, idOf: () => [] },
    ],
    subscribe(wake) {
      env.names.onChange(() => {
        for (const { scope, id } of followers.values()) wake(scope, id);
      });
    },
    async reconcile(scope, [id]) {
      const found = await env.store.transaction(async (tx) => {
        const endpoints =
          id === undefined
            ? await vpcEndpoints.list(tx, scope)
            : [await vpcEndpoints.get(tx, scope, id)];
        return Promise.all(
          endpoints.map(async (endpoint) => {
            const serviceId = endpoint && serviceIdIn(scope.region, endpoint.serviceName);
            if (!serviceId || endpoint.state !== "available") return undefined;
            const service = await ownEndpointServices.get(tx, scope, serviceId);
            return service && { endpoint, service };
          }),
        );
      });
      if (id !== undefined && !found[0]) {
        followers.delete(String(id));
        env.names.publish(String(id), undefined);
      }
      for (const one of found) {
        if (!one) continue;
        const { vpcEndpointId } = one.endpoint;
        followers.set(vpcEndpointId, { scope, id: [vpcEndpointId] });
        const balancers = await findBalancers(env, scope, one.service.loadBalancerArns);
        const nodes = (zone: string | undefined) =>
          balancers.flatMap(({ dnsName }) =>
            addressesOf(zone === undefined ? dnsName : `${zone}.${dnsName}`),
          );
        const names: PublishedName[] = endpointNames(scope.region, one.endpoint).map(
          ({ name, zone }) => ({ name, addresses: [...new Set(nodes(zone))] }),
        );
        env.names.publish(vpcEndpointId, { names });
      }
    },
  };

  function addressesOf(name: string): string[] {
    const published = env.names.list().flatMap(({ names }) => names);
    return published.filter((one) => one.name === name).flatMap(({ addresses }) => addresses);
  }
}
