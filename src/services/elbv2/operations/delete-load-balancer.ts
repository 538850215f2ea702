import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { attributeOf, loadBalancerAttributes } from "../attributes.ts";
import { deletionProtected, loadBalancerInUse } from "../errors.ts";
import { checkNoTarget } from "../network-load-balancers/balancer-target.ts";
import { offersEndpoints } from "../network.ts";
import { listeners, loadBalancers, rules } from "../records.ts";
import type { State } from "../state.ts";

/** Its listeners go with it; its target groups stay. Deleting what is gone succeeds. */
export const deleteLoadBalancer: Operation<"elbv2", "DeleteLoadBalancer", State> = async (
  { LoadBalancerArn },
  context,
) => {
  const [name] = readArn("load balancer", LoadBalancerArn);
  if (await offersEndpoints(context, context, LoadBalancerArn!))
    throw loadBalancerInUse(LoadBalancerArn!);
  await context.store.transaction(async (tx) => {
    const balancer = await loadBalancers.get(tx, context, name);
    if (balancer?.arn !== LoadBalancerArn) return;
    const key = "deletion_protection.enabled";
    if (attributeOf(loadBalancerAttributes, balancer!.attributes, key) === "true")
      throw deletionProtected(balancer!.arn);
    await checkNoTarget(tx, context, balancer!.arn);
    for (const collection of [rules, listeners])
      for (const { id } of await collection.entries(tx, context, [name]))
        collection.delete(tx, context, ...id);
    loadBalancers.delete(tx, context, name);
  });
  return {};
};
