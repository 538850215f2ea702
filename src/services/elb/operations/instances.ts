import type { Operation } from "#services/kit/service.ts";
import { invalidConfiguration, notRegistered } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { draining, registering } from "../health/descriptions.ts";
import { limits } from "../limits.ts";
import { registrable } from "../network.ts";
import { instances } from "../records.ts";
import type { State } from "../state.ts";

const named = (given: readonly { InstanceId?: string | undefined }[] | undefined) => [
  ...new Set((given ?? []).map(({ InstanceId = "" }) => InstanceId)),
];

/**
 * Registering what is registered changes nothing; what is draining comes back.
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_RegisterInstancesWithLoadBalancer.html
 */
export const registerInstancesWithLoadBalancer: Operation<
  "elb",
  "RegisterInstancesWithLoadBalancer",
  State
> = async ({ LoadBalancerName, Instances }, context) => {
  const { vpcId } = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const wanted: Awaited<ReturnType<typeof registrable>>[] = [];
  for (const id of named(Instances)) wanted.push(await registrable(context, context, vpcId, id));
  return context.store.transaction(async (tx) => {
    const { name } = await findLoadBalancer(tx, context, LoadBalancerName);
    const present = await instances.list(tx, context, [name]);
    const isIn = (id: string) =>
      present.some((one) => one.id === id && one.drainingUntilMs === undefined);
    const fresh = wanted.filter(({ id }) => !isIn(id));
    if (present.length + fresh.length > limits.instancesPerLoadBalancer)
      throw invalidConfiguration(
        `A load balancer can have at most ${limits.instancesPerLoadBalancer} instances`,
      );
    for (const { id, zone } of fresh)
      instances.put(tx, context, [name, id], {
        id,
        zone,
        registeredMs: context.clock.now(),
        health: registering,
      });
    return { Instances: await staying(tx, context, name) };
  });
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html */
export const deregisterInstancesFromLoadBalancer: Operation<
  "elb",
  "DeregisterInstancesFromLoadBalancer",
  State
> = async ({ LoadBalancerName, Instances }, context) =>
  context.store.transaction(async (tx) => {
    const { name, attributes } = await findLoadBalancer(tx, context, LoadBalancerName);
    for (const id of named(Instances)) {
      const present = await instances.get(tx, context, name, id);
      if (!present) throw notRegistered(id);
      if (present.drainingUntilMs !== undefined) continue;
      const { enabled, timeoutSeconds } = attributes.draining;
      if (enabled)
        instances.put(tx, context, [name, id], {
          ...present,
          health: draining,
          drainingUntilMs: context.clock.now() + timeoutSeconds * 1000,
        });
      else instances.delete(tx, context, name, id);
    }
    return { Instances: await staying(tx, context, name) };
  });

async function staying(
  tx: Parameters<typeof instances.list>[0],
  scope: Parameters<typeof instances.list>[1],
  name: string,
) {
  const all = await instances.list(tx, scope, [name]);
  return all
    .filter(({ drainingUntilMs }) => drainingUntilMs === undefined)
    .map(({ id }) => ({ InstanceId: id }));
}
