import type { Operation } from "#services/kit/service.ts";
import { loadBalancerNotFound } from "../errors.ts";
import { securityGroupName } from "../network.ts";
import { pageOf } from "../paging.ts";
import { instances, loadBalancers } from "../records.ts";
import { loadBalancerShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const describeLoadBalancers: Operation<"elb", "DescribeLoadBalancers", State> = async (
  input,
  context,
) => {
  const wanted = input.LoadBalancerNames?.length ? input.LoadBalancerNames : undefined;
  const { page, registered } = await context.store.transaction(async (tx) => {
    const all = await loadBalancers.list(tx, context);
    const missing = wanted?.find((name) => !all.some((balancer) => balancer.name === name));
    if (missing !== undefined) throw loadBalancerNotFound(missing);
    const chosen = wanted ? all.filter(({ name }) => wanted.includes(name)) : all;
    const found = pageOf(chosen, input, ({ name }) => name);
    const own = new Map<string, Awaited<ReturnType<typeof instances.list>>>();
    for (const { name } of found.items) own.set(name, await instances.list(tx, context, [name]));
    return { page: found, registered: own };
  });
  const LoadBalancerDescriptions = [];
  for (const record of page.items) {
    const [first] = record.securityGroups;
    const groupName = first && (await securityGroupName(context, context, first));
    LoadBalancerDescriptions.push(
      loadBalancerShape(record, registered.get(record.name)!, { ...context, groupName }),
    );
  }
  return { LoadBalancerDescriptions, NextMarker: page.NextMarker };
};
