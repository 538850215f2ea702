import type { Operation } from "#services/kit/service.ts";
import { instances, loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

/** Its instances stay as they are. Deleting what is gone succeeds. */
export const deleteLoadBalancer: Operation<"elb", "DeleteLoadBalancer", State> = async (
  { LoadBalancerName },
  context,
) => {
  await context.store.transaction(async (tx) => {
    for (const { id } of await instances.entries(tx, context, [LoadBalancerName!]))
      instances.delete(tx, context, ...id);
    loadBalancers.delete(tx, context, LoadBalancerName!);
  });
  return {};
};
