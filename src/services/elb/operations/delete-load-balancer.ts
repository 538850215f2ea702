import { detachInterfaces } from "#services/kit/load-balancing/interfaces/keep.ts";
import type { Operation } from "#services/kit/service.ts";
import { interfacesOf } from "../interfaces.ts";
import { instances, loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

/** Its instances stay as they are. Deleting what is gone succeeds. */
export const deleteLoadBalancer: Operation<"elb", "DeleteLoadBalancer", State> = async (
  { LoadBalancerName },
  context,
) => {
  const balancer = await context.store.transaction((tx) =>
    loadBalancers.get(tx, context, LoadBalancerName!),
  );
  // "When you delete the resource …, the AWS service detaches the network interface and deletes it." Terraform looks for
  // those that are attached still and warns that it may not detach them, as nobody but the service may:
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
  if (balancer) await detachInterfaces(context, context, interfacesOf(balancer).description);
  await context.store.transaction(async (tx) => {
    for (const { id } of await instances.entries(tx, context, [LoadBalancerName!]))
      instances.delete(tx, context, ...id);
    loadBalancers.delete(tx, context, LoadBalancerName!);
  });
  return {};
};
