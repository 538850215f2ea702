import type { Context, Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import type { Transaction } from "#store/store.ts";
import { startActivity, type Writing } from "../activities.ts";
import { causes } from "../causes.ts";
import { launchSuspended, validationError } from "../errors.ts";
import { getGroup, isWarm } from "../groups/capacity.ts";
import { describeActivity, detailsOf } from "../groups/describe-activity.ts";
import { findMember, putMember, requireState } from "../groups/find-member.ts";
import {
  activities,
  groups,
  memberIndex,
  type ActivityRef,
  type GroupRecord,
  type MemberRecord,
} from "../records.ts";
import type { State } from "../state.ts";

function writingOf(context: Context<State>): Writing {
  return { random: context.random, scope: context, nowMs: context.clock.now() };
}

async function shown(tx: Transaction, context: Context<State>, group: string, ref: ActivityRef) {
  return describeActivity((await activities.get(tx, context, group, ref.startMs, ref.id))!);
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html */
export const terminateInstance: Operation<
  "autoscaling",
  "TerminateInstanceInAutoScalingGroup",
  State
> = (input, context) =>
  context.store.transaction(async (tx) => {
    const writing = writingOf(context);
    const member = await findMember(tx, context, input.InstanceId!);
    const group = await getGroup(tx, context, member.group);
    if (/Terminating(?!:Retained)/.test(member.state))
      throw validationError(`The instance ${input.InstanceId} is not in InService or Standby.`);
    const shrinks =
      input.ShouldDecrementDesiredCapacity === true &&
      // Also for one in Standby, which the desired capacity does not count at the time.
      ["InService", "Standby", "Pending", "Pending:Wait", "Pending:Proceed"].includes(member.state);
    if (shrinks && group.desired - 1 < group.minSize)
      throw validationError(
        "Currently, desiredSize equals minSize (" +
          `${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    const to = group.desired - (shrinks ? 1 : 0);
    const id = member.instanceId!;
    const cause = shrinks
      ? causes.userTerminatedShrinking(writing.nowMs, id, group.desired, to)
      : causes.userTerminated(writing.nowMs, id);
    const activity = await startActivity(tx, writing, group, {
      description: `Terminating EC2 instance: ${id}`,
      cause,
      details: detailsOf(member),
      instanceId: id,
    });
    if (shrinks) groups.put(tx, context, [group.name], { ...group, desired: to });
    const { waits: _, ...rest } = member;
    const warm = isWarm(member) ? "Warmed:" : "";
    const state = member.state.endsWith(":Retained") ? "Terminating:Proceed" : "Terminating";
    putMember(tx, context, { ...rest, state: `${warm}${state}`, activity });
    return { Activity: await shown(tx, context, group.name, activity) };
  });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html */
export const setInstanceHealth: Operation<"autoscaling", "SetInstanceHealth", State> = async (
  input,
  context,
) => {
  const health = input.HealthStatus!;
  if (health !== "Healthy" && health !== "Unhealthy")
    throw validationError(`Valid instance health states are: [Healthy, Unhealthy].`);
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    const member = await findMember(tx, context, input.InstanceId!);
    const group = await getGroup(tx, context, member.group);
    const graceEndsMs = (member.inServiceMs ?? nowMs) + group.healthCheckGraceSeconds * 1000;
    const inGrace = input.ShouldRespectGracePeriod !== false && nowMs < graceEndsMs;
    if (health === "Unhealthy" && inGrace) return;
    const { unhealthyCause: _, ...rest } = member;
    putMember(tx, context, {
      ...rest,
      health,
      ...(health === "Unhealthy" && { unhealthyCause: causes.userHealth(nowMs) }),
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceProtection.html */
export const setInstanceProtection: Operation<
  "autoscaling",
  "SetInstanceProtection",
  State
> = async (input, context) => {
  const name = input.AutoScalingGroupName!;
  await context.store.transaction(async (tx) => {
    await getGroup(tx, context, name);
    for (const id of input.InstanceIds ?? []) {
      const member = await findMember(tx, context, id, name);
      putMember(tx, context, { ...member, protected: input.ProtectedFromScaleIn! });
    }
  });
  return {};
};

/** Takes members in service aside; they leave their target groups before anything else happens. */
async function takeAside(
  tx: Transaction,
  context: Context<State>,
  request: {
    group: GroupRecord;
    ids: readonly string[];
    decrement: boolean;
    state: "EnteringStandby" | "Detaching";
    from: readonly string[];
    description: string;
    cause: (nowMs: number, id: string, from: number, to: number) => string;
  },
) {
  const writing = writingOf(context);
  const { ids, decrement } = request;
  let { group } = request;
  if (decrement && group.desired - ids.length < group.minSize)
    throw validationError(
      `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desired}. To place into standby or detach ${ids.length} instance${ids.length === 1 ? "" : "s"}, please update the AutoScalingGroup sizes appropriately.`,
    );
  const described = [];
  for (const id of ids) {
    const member = await findMember(tx, context, id, group.name);
    requireState(member, request.from);
    // Also when one in Standby is detached, which the desired capacity does not count at the time.
    const to = group.desired - (decrement ? 1 : 0);
    const activity = await startActivity(tx, writing, group, {
      description: `${request.description}: ${id}`,
      cause: request.cause(writing.nowMs, id, group.desired, to),
      details: detailsOf(member),
      instanceId: id,
      progress: 50,
    });
    group = { ...group, desired: to };
    putMember(tx, context, { ...member, state: request.state, activity });
    described.push(await shown(tx, context, group.name, activity));
  }
  groups.put(tx, context, [group.name], group);
  return described;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html */
export const enterStandby: Operation<"autoscaling", "EnterStandby", State> = (input, context) =>
  context.store.transaction(async (tx) => ({
    Activities: await takeAside(tx, context, {
      group: await getGroup(tx, context, input.AutoScalingGroupName!),
      ids: input.InstanceIds ?? [],
      decrement: input.ShouldDecrementDesiredCapacity!,
      state: "EnteringStandby",
      from: ["InService"],
      description: "Moving EC2 instance to Standby",
      cause: causes.enteredStandby,
    }),
  }));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DetachInstances.html */
export const detachInstances: Operation<"autoscaling", "DetachInstances", State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => ({
    Activities: await takeAside(tx, context, {
      group: await getGroup(tx, context, input.AutoScalingGroupName!),
      ids: input.InstanceIds ?? [],
      decrement: input.ShouldDecrementDesiredCapacity!,
      state: "Detaching",
      from: ["InService", "Standby"],
      description: "Detaching EC2 instance",
      cause: causes.detached,
    }),
  }));

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html */
export const exitStandby: Operation<"autoscaling", "ExitStandby", State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const writing = writingOf(context);
    let group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const ids = input.InstanceIds ?? [];
    // "While Launch is suspended, you cannot return an instance in the Standby state to service."
    if ("Launch" in group.suspended) throw launchSuspended(group.name);
    if (group.desired + ids.length > group.maxSize)
      throw validationError(
        `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desired}. To move ${ids.length} instance${ids.length === 1 ? "" : "s"} out of standby, please update the AutoScalingGroup sizes appropriately.`,
      );
    const described = [];
    for (const id of ids) {
      const member = await findMember(tx, context, id, group.name);
      requireState(member, ["Standby"]);
      const activity = await startActivity(tx, writing, group, {
        description: `Moving EC2 instance out of Standby: ${id}`,
        cause: causes.leftStandby(writing.nowMs, id, group.desired, group.desired + 1),
        details: detailsOf(member),
        instanceId: id,
        status: "PreInService",
        progress: 30,
      });
      group = { ...group, desired: group.desired + 1 };
      putMember(tx, context, { ...member, state: "Pending:Proceed", activity });
      described.push(await shown(tx, context, group.name, activity));
    }
    groups.put(tx, context, [group.name], group);
    return { Activities: described };
  });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachInstances.html */
export const attachInstances: Operation<"autoscaling", "AttachInstances", State> = async (
  input,
  context,
) => {
  const name = input.AutoScalingGroupName!;
  const ids = input.InstanceIds ?? [];
  const ec2 = context.clients.ec2(asService(context, "autoscaling.amazonaws.com"));
  const { Reservations = [] } = await ec2.DescribeInstances({
    Filters: [{ Name: "instance-id", Values: ids }],
  });
  const found = new Map(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((one) => [one.InstanceId!, one]),
  );
  const writing = writingOf(context);
  await context.store.transaction(async (tx) => {
    let group = await getGroup(tx, context, name);
    if ("Launch" in group.suspended) throw launchSuspended(name);
    if (group.desired + ids.length > group.maxSize)
      throw validationError(
        `AutoScalingGroup ${name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desired}. To attach ${ids.length} more instance${ids.length === 1 ? "" : "s"}, please update the AutoScalingGroup sizes appropriately.`,
      );
    for (const id of ids) {
      const instance = found.get(id);
      const zone = instance?.Placement?.AvailabilityZone;
      if (!instance || zone === undefined) throw validationError(`Invalid Instance ID(s): [${id}]`);
      if (instance.State?.Name !== "running")
        throw validationError(`The instance ${id} is not in running state`);
      if (await memberIndex.get(tx, context, id))
        throw validationError(`The instance ${id} is already part of an Auto Scaling group.`);
      if (!group.zones.includes(zone))
        throw validationError(
          `The instance ${id} is in the zone ${zone}, which ${name} does not use.`,
        );
      const activity = await startActivity(tx, writing, group, {
        description: `Attaching an existing EC2 instance: ${id}`,
        cause: causes.attached(writing.nowMs, group.desired + 1),
        details: detailsOf({ zone, ...(instance.SubnetId && { subnetId: instance.SubnetId }) }),
        instanceId: id,
        progress: 50,
      });
      group = { ...group, desired: group.desired + 1 };
      const memberId = context.random.hex(16);
      memberIndex.put(tx, context, [id], { group: name, memberId });
      putMember(tx, context, {
        id: memberId,
        group: name,
        instanceId: id,
        zone,
        ...(instance.SubnetId !== undefined && { subnetId: instance.SubnetId }),
        state: "Pending",
        health: "Healthy",
        protected: group.protectNew,
        createdMs: writing.nowMs,
        launchedMs: instance.LaunchTime?.getTime() ?? writing.nowMs,
        registered: [],
        activity,
      } satisfies MemberRecord);
    }
    groups.put(tx, context, [name], group);
  });
  await ec2.CreateTags({
    Resources: ids,
    Tags: [{ Key: "aws:autoscaling:groupName", Value: name }],
  });
  return {};
};
