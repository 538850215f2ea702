import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { listenersNotFound, validationError } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { pageOf } from "../paging.ts";
import { listeners } from "../records.ts";
import { listenerShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const describeListeners: Operation<"elbv2", "DescribeListeners", State> = async (
  input,
  context,
) => {
  const { LoadBalancerArn, ListenerArns } = input;
  if (LoadBalancerArn === undefined && !ListenerArns?.length)
    throw validationError("You must specify either listener ARNs or a load balancer ARN");
  if (LoadBalancerArn !== undefined && ListenerArns?.length)
    throw validationError(
      "Listener ARNs and a load balancer ARN cannot be specified at the same time",
    );
  for (const arn of ListenerArns ?? []) readArn("listener", arn);
  const found = await context.store.transaction(async (tx) => {
    if (LoadBalancerArn !== undefined) {
      const { name } = await findLoadBalancer(tx, context, LoadBalancerArn);
      return listeners.list(tx, context, [name]);
    }
    const all = await listeners.list(tx, context);
    const wanted = all.filter(({ arn }) => ListenerArns!.includes(arn));
    if (wanted.length < new Set(ListenerArns).size) throw listenersNotFound();
    return wanted;
  });
  const { items, NextMarker } = pageOf(found, input, ({ arn }) => arn);
  return { Listeners: items.map(listenerShape), NextMarker };
};
