/** Tells the DNS server the names of running instances, and where their own resolvers have to answer. */
import type { Environment } from "#services/kit/service.ts";
import type { Published } from "#services/kit/name-directory.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { instances, type InstanceRecord } from "../instances/records.ts";
import { privateNamesOf, resourceName } from "../instances/private-names.ts";
import type { InterfaceFacts } from "../instance-network.ts";
import { instanceNetwork } from "../network/instance-network.ts";
import { interfaces, vpcs } from "../network/records.ts";

export function nameReconciler(env: Pick<Environment, "store" | "compute" | "names">): Reconciler {
  return {
    name: "ec2/names",
    watches: [
      { collection: instances },
      // An Elastic IP address comes and goes with a record of the interface.
      { collection: interfaces, idOf: () => [] },
    ],
    async reconcile(scope, [instanceId]) {
      const found = await env.store.transaction(async (tx) => {
        const all =
          instanceId === undefined
            ? await instances.list(tx, scope)
            : [await instances.get(tx, scope, String(instanceId))];
        const facts: { instance: InstanceRecord; primary: InterfaceFacts; resolves: boolean }[] =
          [];
        for (const instance of all) {
          if (!instance) continue;
          const [primary] = await instanceNetwork.interfacesOf(tx, scope, instance.instanceId);
          if (!primary) continue;
          const vpc = await vpcs.get(tx, scope, primary.vpcId);
          facts.push({ instance, primary, resolves: vpc?.enableDnsSupport ?? false });
        }
        return facts;
      });
      if (instanceId !== undefined && found.length === 0)
        env.names.publish(String(instanceId), undefined);
      for (const { instance, primary, resolves } of found)
        env.names.publish(
          instance.instanceId,
          await published(scope.region, instance, primary, resolves),
        );
    },
  };

  async function published(
    region: string,
    instance: InstanceRecord,
    { vpcId, privateIp, privateDnsName, publicDnsName }: InterfaceFacts,
    resolves: boolean,
  ): Promise<Published | undefined> {
    const { instanceId, state } = instance;
    if (state !== "pending" && state !== "running") return undefined;
    const { compute } = env;
    // Asked for before the machine boots, so that its first lookup finds the resolver.
    const resolver = resolves ? await compute.resolverHost(instanceId) : undefined;
    const machine =
      resolver === undefined ? undefined : { host: resolver, vpcId, zone: instance.zone };
    if (state === "pending") return { names: [], machine };
    const host = compute.name === "process" ? await compute.metadataHost(instanceId) : undefined;
    const addresses = [host ?? privateIp];
    const inside = compute.guard?.translates(instanceId)
      ? { vpcId, addresses: [privateIp] }
      : undefined;
    const privateNames = [privateDnsName];
    if (privateNamesOf(instance).aRecord) privateNames.push(resourceName(region, instanceId));
    return {
      machine,
      names: [
        ...privateNames.map((name) => ({ name, addresses, vpcId, inside })),
        ...(publicDnsName === undefined ? [] : [{ name: publicDnsName, addresses, inside }]),
      ],
    };
  }
}
