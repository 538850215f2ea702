import type { Context, Operation } from "#services/kit/service.ts";
import { unsupported } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { checkTargetGroups } from "../groups/target-groups.ts";
import { page } from "../paging.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

async function attach(context: Context<State>, name: string, wanted: readonly string[]) {
  const arns = await checkTargetGroups(context, wanted);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const kept = group.targetGroups.filter(
      ({ arn, state }) => !arns.includes(arn) || state !== "Removing",
    );
    const fresh = arns.filter((arn) => !kept.some((one) => one.arn === arn));
    groups.put(tx, context, [name], {
      ...group,
      targetGroups: [...kept, ...fresh.map((arn) => ({ arn, state: "Adding" as const }))],
    });
  });
  return {};
}

async function detach(context: Context<State>, name: string, arns: readonly string[]) {
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    groups.put(tx, context, [name], {
      ...group,
      targetGroups: group.targetGroups.map((one) =>
        arns.includes(one.arn) ? { ...one, state: "Removing" as const } : one,
      ),
    });
  });
  return {};
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html */
export const attachTargetGroups: Operation<
  "autoscaling",
  "AttachLoadBalancerTargetGroups",
  State
> = (input, context) => attach(context, input.AutoScalingGroupName!, input.TargetGroupARNs ?? []);

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachLoadBalancerTargetGroups.html */
export const detachTargetGroups: Operation<
  "autoscaling",
  "DetachLoadBalancerTargetGroups",
  State
> = (input, context) => detach(context, input.AutoScalingGroupName!, input.TargetGroupARNs ?? []);

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLoadBalancerTargetGroups.html */
export const describeTargetGroups: Operation<
  "autoscaling",
  "DescribeLoadBalancerTargetGroups",
  State
> = async (input, context) => {
  const group = await context.store.transaction((tx) =>
    getGroup(tx, context, input.AutoScalingGroupName!),
  );
  const sorted = group.targetGroups.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const { items, next } = page(sorted, input, ({ arn }) => arn);
  return {
    LoadBalancerTargetGroups: items.map(({ arn, state }) => ({
      LoadBalancerTargetGroupARN: arn,
      State: state,
    })),
    ...next,
  };
};

interface TrafficSource {
  Identifier?: string | undefined;
  Type?: string | undefined;
}

function arnsOf(sources: readonly TrafficSource[] | undefined): string[] {
  return (sources ?? []).map(({ Identifier = "", Type = "elbv2" }) => {
    if (Type !== "elbv2") throw unsupported(`traffic source type ${Type}`);
    return Identifier;
  });
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachTrafficSources.html */
export const attachTrafficSources: Operation<"autoscaling", "AttachTrafficSources", State> = (
  input,
  context,
) => attach(context, input.AutoScalingGroupName!, arnsOf(input.TrafficSources));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachTrafficSources.html */
export const detachTrafficSources: Operation<"autoscaling", "DetachTrafficSources", State> = (
  input,
  context,
) => detach(context, input.AutoScalingGroupName!, arnsOf(input.TrafficSources));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTrafficSources.html */
export const describeTrafficSources: Operation<
  "autoscaling",
  "DescribeTrafficSources",
  State
> = async (input, context) => {
  const type = input.TrafficSourceType;
  const group = await context.store.transaction((tx) =>
    getGroup(tx, context, input.AutoScalingGroupName!),
  );
  const found = type === undefined || type === "elbv2" ? group.targetGroups : [];
  const sorted = found.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const { items, next } = page(sorted, input, ({ arn }) => arn);
  return {
    TrafficSources: items.map(({ arn, state }) => ({
      TrafficSource: arn,
      Identifier: arn,
      State: state,
      Type: "elbv2",
    })),
    ...next,
  };
};
