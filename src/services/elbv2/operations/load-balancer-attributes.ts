import type { Operation } from "#services/kit/service.ts";
import { changeAttributes, describeAttributes } from "../attributes.ts";
import { findLoadBalancer } from "../find.ts";
import { balancerTable } from "../kinds.ts";
import { checkBuckets } from "../logs.ts";
import { loadBalancers, type LoadBalancerRecord } from "../records.ts";
import type { State } from "../state.ts";

export const describeLoadBalancerAttributes: Operation<
  "elbv2",
  "DescribeLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn }, context) => {
  const balancer = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  return { Attributes: describeAttributes(balancerTable(balancer), balancer.attributes) };
};

export const modifyLoadBalancerAttributes: Operation<
  "elbv2",
  "ModifyLoadBalancerAttributes",
  State
> = async ({ LoadBalancerArn, Attributes }, context) => {
  const change = (balancer: LoadBalancerRecord) =>
    changeAttributes("load balancer", balancerTable(balancer), balancer.attributes, Attributes);
  const before = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const asked = change(before);
  const keys = (Attributes ?? []).map(({ Key }) => Key ?? "");
  await checkBuckets(context, context, before.arn, asked, keys);
  const record = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const changed = { ...balancer, attributes: change(balancer) };
    loadBalancers.put(tx, context, [balancer.name], changed);
    return changed;
  });
  return { Attributes: describeAttributes(balancerTable(record), record.attributes) };
};
