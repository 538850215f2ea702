import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { loadBalancersNotFound, validationError } from "../errors.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { loadBalancers } from "../records.ts";
import { loadBalancerShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const describeLoadBalancers: Operation<"elbv2", "DescribeLoadBalancers", State> = async (
  input,
  context,
) => {
  const { LoadBalancerArns: arns, Names: names } = input;
  if (arns?.length && names?.length)
    throw validationError(
      "Load balancer names and load balancer ARNs cannot be specified at the same time",
    );
  if ((arns?.length ?? 0) > limits.describedLoadBalancers)
    throw validationError(
      `You can specify up to ${limits.describedLoadBalancers} load balancers in one call`,
    );
  for (const arn of arns ?? []) readArn("load balancer", arn);
  const all = await context.store.transaction((tx) => loadBalancers.list(tx, context));
  const wanted = arns?.length ? arns : names?.length ? names : undefined;
  const found = wanted
    ? all.filter(({ arn, name }) => wanted.includes(arns?.length ? arn : name))
    : all;
  const missing = wanted?.filter(
    (one) => !found.some(({ arn, name }) => (arns?.length ? arn : name) === one),
  );
  if (missing?.length) throw loadBalancersNotFound(missing);
  const { items, NextMarker } = pageOf(found, input, ({ name }) => name);
  return { LoadBalancers: items.map(loadBalancerShape), NextMarker };
};
