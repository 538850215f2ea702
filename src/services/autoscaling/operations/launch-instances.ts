import type { InstanceCollection, LaunchInstancesError } from "@aws-sdk/client-auto-scaling";
import type { Context, Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Transaction } from "#store/store.ts";
import { startActivity } from "../activities.ts";
import { groupArn } from "../arns.ts";
import { causes } from "../causes.ts";
import { launchSuspended, unsupported, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { detailsOf } from "../groups/describe-activity.ts";
import { mostPerLaunch } from "../limits.ts";
import { launch } from "../reconcilers/launch.ts";
import { activities, groups, members, type GroupRecord, type MemberRecord } from "../records.ts";
import type { State } from "../state.ts";

interface Place {
  zone: string;
  subnetId?: string;
}

/**
 * The one operation that answers with instances: they are written down first, then EC2 is asked under
 * the same token that the group's reconciler would use, so that nothing is launched twice.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchInstances.html
 */
export const launchInstances: Operation<"autoscaling", "LaunchInstances", State> = async (
  input,
  context,
) => {
  const name = input.AutoScalingGroupName!;
  const token = input.ClientToken!;
  const count = input.RequestedCapacity!;
  if (count < 1 || count > mostPerLaunch)
    throw validationError(`RequestedCapacity must be between 1 and ${mostPerLaunch}.`);
  if (input.AvailabilityZoneIds?.length) throw unsupported("AvailabilityZoneIds");
  const begun = await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const known = (await members.list(tx, context, [name])).filter(
      (member) => member.launch?.token === token,
    );
    if (known.length > 0) return { group, fresh: known };
    if ("Launch" in group.suspended) throw launchSuspended(name);
    // What a mixed group launches is chosen by its reconciler.
    if (group.mixed) throw unsupported("LaunchInstances for a group with a MixedInstancesPolicy");
    if (group.desired + count > group.maxSize)
      throw validationError(
        `New desired capacity ${group.desired + count} is above max value ${group.maxSize} for the AutoScalingGroup.`,
      );
    const fresh = await wishFor(tx, context, group, placeOf(group, input), { token, count });
    groups.put(tx, context, [name], { ...group, desired: group.desired + count });
    return { group, fresh };
  });
  const caller = asService(context, "autoscaling.amazonaws.com", groupArn(context, begun.group));
  await launch(context, context, caller, { group: begun.group, launch: begun.fresh });
  return {
    AutoScalingGroupName: name,
    ClientToken: token,
    ...(await settle(context, begun.fresh, input.RetryStrategy ?? "none")),
  };
};

function placeOf(
  group: GroupRecord,
  input: { AvailabilityZones?: string[] | undefined; SubnetIds?: string[] | undefined },
): Place {
  const [subnetId] = input.SubnetIds ?? [];
  const [named] = input.AvailabilityZones ?? [];
  if (subnetId !== undefined) {
    const subnet = group.subnets.find(({ id }) => id === subnetId);
    if (!subnet) throw validationError(`The subnet ${subnetId} is not one of ${group.name}.`);
    if (named !== undefined && named !== subnet.zone)
      throw validationError(`The subnet ${subnetId} is not in the Availability Zone ${named}.`);
    return { zone: subnet.zone, subnetId };
  }
  if (named === undefined && group.zones.length > 1)
    throw validationError(
      "Either AvailabilityZones or SubnetIds must be specified for groups with multiple Availability Zones.",
    );
  const zone = named ?? group.zones[0]!;
  if (!group.zones.includes(zone))
    throw validationError(`The Availability Zone ${zone} is not one of ${group.name}.`);
  const subnet = group.subnets.find((one) => one.zone === zone);
  return { zone, ...(subnet && { subnetId: subnet.id }) };
}

async function wishFor(
  tx: Transaction,
  context: Context<State>,
  group: GroupRecord,
  place: Place,
  { token, count }: { token: string; count: number },
): Promise<MemberRecord[]> {
  const nowMs = context.clock.now();
  const writing = { random: context.random, scope: context, nowMs };
  const fresh: MemberRecord[] = [];
  for (let index = 0; index < count; index++) {
    const activity = await startActivity(tx, writing, group, {
      description: "Launching a new EC2 instance",
      cause: causes.userLaunched(nowMs, group.desired, group.desired + count),
      status: "PreInService",
      details: detailsOf(place),
    });
    const member: MemberRecord = {
      id: context.random.hex(16),
      group: group.name,
      ...place,
      launch: { token, index, count },
      state: "Pending",
      health: "Healthy",
      protected: group.protectNew,
      createdMs: nowMs,
      launchedMs: nowMs,
      registered: [],
      activity,
    };
    members.put(tx, context, [group.name, member.id], member);
    fresh.push(member);
  }
  return fresh;
}

/** What came of it. Without a retry the desired capacity gives back what was not launched. */
async function settle(
  context: Context<State>,
  fresh: readonly MemberRecord[],
  retry: string,
): Promise<{ Instances: InstanceCollection[]; Errors: LaunchInstancesError[] }> {
  const [{ group: name, zone, subnetId }] = fresh as [MemberRecord];
  const place = {
    MarketType: "on-demand",
    AvailabilityZone: zone,
    ...(subnetId && { SubnetId: subnetId }),
  };
  return context.store.transaction(async (tx) => {
    const ids: string[] = [];
    const messages = new Set<string>();
    for (const { id, activity } of fresh) {
      const member = await members.get(tx, context, name, id);
      if (member?.instanceId !== undefined) ids.push(member.instanceId);
      if (member || !activity) continue;
      const told = await activities.get(tx, context, name, activity.startMs, activity.id);
      messages.add(told?.statusMessage ?? "Launching EC2 instance failed.");
    }
    const lost = fresh.length - ids.length;
    const group = await groups.get(tx, context, name);
    if (group && lost > 0 && retry === "none")
      groups.put(tx, context, [name], {
        ...group,
        desired: Math.max(group.minSize, group.desired - lost),
      });
    return {
      Instances: ids.length > 0 ? [{ ...place, InstanceIds: ids }] : [],
      Errors: [...messages].map((ErrorMessage) => ({
        ...place,
        ErrorCode: "LaunchFailed",
        ErrorMessage,
      })),
    };
  });
}
