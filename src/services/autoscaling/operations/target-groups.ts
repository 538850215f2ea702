import type { Context, Operation } from "#services/kit/service.ts";
import { getGroup } from "../groups/capacity.ts";
import {
  checkLoadBalancers,
  checkTargetGroups,
  isClassic,
  sourcesOf,
  trafficType,
} from "../groups/target-groups.ts";
import { page } from "../paging.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

interface Wanted {
  targetGroups?: readonly string[];
  loadBalancers?: readonly string[];
}

async function attach(context: Context<State>, name: string, wanted: Wanted) {
  const arns = [
    ...(await checkTargetGroups(context, wanted.targetGroups ?? [])),
    ...(await checkLoadBalancers(context, wanted.loadBalancers ?? [])),
  ];
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

interface SourcesRequest {
  AutoScalingGroupName?: string | undefined;
  MaxRecords?: number | undefined;
  NextToken?: string | undefined;
}

async function pageOfSources(
  context: Context<State>,
  input: SourcesRequest,
  wanted: (arn: string) => boolean,
) {
  const group = await context.store.transaction((tx) =>
    getGroup(tx, context, input.AutoScalingGroupName!),
  );
  const found = group.targetGroups.filter(({ arn }) => wanted(arn));
  const sorted = found.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  return page(sorted, input, ({ arn }) => arn);
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancerTargetGroups.html */
export const attachTargetGroups: Operation<
  "autoscaling",
  "AttachLoadBalancerTargetGroups",
  State
> = (input, context) =>
  attach(context, input.AutoScalingGroupName!, { targetGroups: input.TargetGroupARNs ?? [] });

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
  const { items, next } = await pageOfSources(context, input, (arn) => !isClassic(arn));
  return {
    LoadBalancerTargetGroups: items.map(({ arn, state }) => ({
      LoadBalancerTargetGroupARN: arn,
      State: state,
    })),
    ...next,
  };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachLoadBalancers.html */
export const attachLoadBalancers: Operation<"autoscaling", "AttachLoadBalancers", State> = (
  input,
  context,
) => attach(context, input.AutoScalingGroupName!, { loadBalancers: input.LoadBalancerNames ?? [] });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachLoadBalancers.html */
export const detachLoadBalancers: Operation<"autoscaling", "DetachLoadBalancers", State> = (
  input,
  context,
) => detach(context, input.AutoScalingGroupName!, input.LoadBalancerNames ?? []);

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLoadBalancers.html */
export const describeLoadBalancers: Operation<
  "autoscaling",
  "DescribeLoadBalancers",
  State
> = async (input, context) => {
  const { items, next } = await pageOfSources(context, input, isClassic);
  return {
    LoadBalancers: items.map(({ arn, state }) => ({ LoadBalancerName: arn, State: state })),
    ...next,
  };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachTrafficSources.html */
export const attachTrafficSources: Operation<"autoscaling", "AttachTrafficSources", State> = (
  input,
  context,
) => attach(context, input.AutoScalingGroupName!, sourcesOf(input.TrafficSources));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachTrafficSources.html */
export const detachTrafficSources: Operation<"autoscaling", "DetachTrafficSources", State> = (
  input,
  context,
) => {
  const { targetGroups, loadBalancers } = sourcesOf(input.TrafficSources);
  return detach(context, input.AutoScalingGroupName!, [...targetGroups, ...loadBalancers]);
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTrafficSources.html */
export const describeTrafficSources: Operation<
  "autoscaling",
  "DescribeTrafficSources",
  State
> = async (input, context) => {
  const type = input.TrafficSourceType;
  const { items, next } = await pageOfSources(
    context,
    input,
    (arn) => type === undefined || trafficType(arn) === type,
  );
  return {
    TrafficSources: items.map(({ arn, state }) => ({
      TrafficSource: arn,
      Identifier: arn,
      State: state,
      Type: trafficType(arn),
    })),
    ...next,
  };
};
