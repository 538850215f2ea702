import type { Operation } from "#services/kit/service.ts";
import { checkBucket, logsAccess } from "../access-logs.ts";
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
  const change = (present: Readonly<Record<string, string>>) =>
    changeAttributes("load balancer", loadBalancerAttributes, present, Attributes);
  const before = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const asked = change(before.attributes);
  if (logsAccess(asked) && Attributes?.some(({ Key }) => Key?.startsWith("access_logs.")))
    await checkBucket(context, context, before.arn, asked);
  const attributes = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const changed = change(balancer.attributes);
    loadBalancers.put(tx, context, [balancer.name], { ...balancer, attributes: changed });
    return changed;
  });
  return { Attributes: describeAttributes(loadBalancerAttributes, attributes) };
};
