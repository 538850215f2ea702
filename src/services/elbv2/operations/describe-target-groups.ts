import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { balancerArns } from "../associations.ts";
import { targetGroupsNotFound, validationError } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { pageOf } from "../paging.ts";
import { targetGroups } from "../records.ts";
import { targetGroupShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const describeTargetGroups: Operation<"elbv2", "DescribeTargetGroups", State> = async (
  input,
  context,
) => {
  const { LoadBalancerArn, TargetGroupArns: arns, Names: names } = input;
  const given = [LoadBalancerArn !== undefined, arns?.length, names?.length].filter(Boolean);
  if (given.length > 1)
    throw validationError(
      "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time",
    );
  for (const arn of arns ?? []) readArn("target group", arn);
  const { found, arnsOf } = await context.store.transaction(async (tx) => {
    if (LoadBalancerArn !== undefined) await findLoadBalancer(tx, context, LoadBalancerArn);
    return {
      found: await targetGroups.list(tx, context),
      arnsOf: await balancerArns(tx, context),
    };
  });
  const wanted = found.filter(({ arn, name }) => {
    if (LoadBalancerArn !== undefined) return arnsOf(arn).includes(LoadBalancerArn);
    if (arns?.length) return arns.includes(arn);
    return names?.length ? names.includes(name) : true;
  });
  const asked = arns?.length ? arns : (names ?? []);
  if (wanted.length < new Set(asked).size) throw targetGroupsNotFound();
  const { items, NextMarker } = pageOf(wanted, input, ({ name }) => name);
  return {
    TargetGroups: items.map((group) => targetGroupShape(group, arnsOf(group.arn))),
    NextMarker,
  };
};
