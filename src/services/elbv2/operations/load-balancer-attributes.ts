import type { Operation } from "#services/kit/service.ts";
import { changeAttributes, describeAttributes, loadBalancerAttributes } from "../attributes.ts";
import { findLoadBalancer } from "../find.ts";
import { loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

export const describeLoadBalancerAttributes: Operation<
  "elbv2",
  "DescribeLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn }, context) => {
  const balancer = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  return { Attributes: describeAttributes(loadBalancerAttributes, balancer.attributes) };
};

export const modifyLoadBalancerAttributes: Operation<
  "elbv2",
  "ModifyLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn, Attributes }, context) => {
  const attributes = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const changed = changeAttributes(
      "load balancer",
      loadBalancerAttributes,
      balancer.attributes,
      Attributes,
    );
    loadBalancers.put(tx, context, [balancer.name], { ...balancer, attributes: changed });
    return changed;
  });
  return { Attributes: describeAttributes(loadBalancerAttributes, attributes) };
};
