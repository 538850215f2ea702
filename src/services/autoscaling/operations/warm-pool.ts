import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import {
  activityInProgress,
  resourceInUse,
  unsupported,
  validationError,
  warmPoolWithSpot,
} from "../errors.ts";
import { getGroup, isWarm, isWarming, membersOf } from "../groups/capacity.ts";
import { mayLaunchSpot } from "../groups/mixed-instances.ts";
import { describeInstance, describeWarmPool } from "../groups/describe.ts";
import { launchSource } from "../launch/source.ts";
import { page } from "../paging.ts";
import type { WarmPool } from "../launch/launch-records.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutWarmPool.html */
export const putWarmPool: Operation<"autoscaling", "PutWarmPool", State> = async (
  input,
  context,
) => {
  const name = input.AutoScalingGroupName!;
  // EC2 here does not hibernate.
  const { PoolState: poolState } = input;
  if (poolState === "Hibernated") throw unsupported("PoolState Hibernated");
  const caller = asService(context, "autoscaling.amazonaws.com");
  const before = await context.store.transaction((tx) => getGroup(tx, context, name));
  const { request, market } = await launchSource(context, context, caller, before);
  if (market === "spot" || request.InstanceMarketOptions) throw warmPoolWithSpot();
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    if (mayLaunchSpot(group)) throw warmPoolWithSpot();
    const present = group.warmPool;
    if (present?.deleting)
      throw validationError("The warm pool is pending delete and cannot be updated.");
    // -1 takes a value away that was set before.
    const given = input.MaxGroupPreparedCapacity ?? present?.preparedCapacity ?? -1;
    const warmPool: WarmPool = {
      minSize: input.MinSize ?? present?.minSize ?? 0,
      ...(given >= 0 && { preparedCapacity: given }),
      poolState: poolState ?? present?.poolState ?? "Stopped",
      reuse: input.InstanceReusePolicy?.ReuseOnScaleIn ?? present?.reuse ?? false,
      deleting: false,
    };
    groups.put(tx, context, [name], { ...group, warmPool });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeWarmPool.html */
export const describeWarmPoolOperation: Operation<"autoscaling", "DescribeWarmPool", State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    if (!group.warmPool) return { Instances: [] };
    const members = (await membersOf(tx, context, group.name)).filter(isWarm);
    const instances = members.flatMap((member) => describeInstance(member) ?? []);
    const sorted = instances.toSorted((a, b) => (a.InstanceId! < b.InstanceId! ? -1 : 1));
    const { items, next } = page(sorted, input, ({ InstanceId }) => InstanceId!);
    return {
      WarmPoolConfiguration: describeWarmPool(group.warmPool),
      Instances: items,
      ...next,
    };
  });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteWarmPool.html */
export const deleteWarmPool: Operation<"autoscaling", "DeleteWarmPool", State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const { warmPool, ...rest } = group;
    if (!warmPool) throw validationError(`No warm pool found for Auto Scaling group ${group.name}`);
    const members = (await membersOf(tx, context, group.name)).filter(isWarm);
    if (members.length === 0) return groups.put(tx, context, [group.name], rest);
    if (!input.ForceDelete) {
      if (members.some(isWarming))
        throw activityInProgress(
          "You cannot delete a warm pool while there are scaling activities in progress for it.",
        );
      throw resourceInUse("You cannot delete a warm pool while there are instances still in it.");
    }
    groups.put(tx, context, [group.name], { ...rest, warmPool: { ...warmPool, deleting: true } });
  });
  return {};
};
