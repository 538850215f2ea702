import type { Operation } from "#services/kit/service.ts";
import { checkBucket } from "../access-logs.ts";
import { attributesShape, withAttributes } from "../attributes.ts";
import { changeLoadBalancer, findLoadBalancer } from "../find.ts";
import type { State } from "../state.ts";

export const describeLoadBalancerAttributes: Operation<
  "elb",
  "DescribeLoadBalancerAttributes",
  State
> = async ({ LoadBalancerName }, context) => {
  const { attributes } = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  return { LoadBalancerAttributes: attributesShape(attributes) };
};

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ModifyLoadBalancerAttributes.html */
export const modifyLoadBalancerAttributes: Operation<
  "elb",
  "ModifyLoadBalancerAttributes",
  State
> = async ({ LoadBalancerName, LoadBalancerAttributes }, context) => {
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerName),
  );
  const { accessLog } = withAttributes(present.attributes, LoadBalancerAttributes!);
  if (accessLog && LoadBalancerAttributes!.AccessLog)
    await checkBucket(context, context, present.name, accessLog);
  const { attributes } = await context.store.transaction((tx) =>
    changeLoadBalancer(tx, context, LoadBalancerName, (balancer) => ({
      ...balancer,
      attributes: withAttributes(balancer.attributes, LoadBalancerAttributes!),
    })),
  );
  const all = attributesShape(attributes);
  const given = Object.keys(LoadBalancerAttributes!) as (keyof typeof all)[];
  return {
    LoadBalancerName,
    LoadBalancerAttributes: Object.fromEntries(
      given
        .filter((name) => LoadBalancerAttributes![name] !== undefined)
        .map((name) => [name, all[name]]),
    ),
  };
};
