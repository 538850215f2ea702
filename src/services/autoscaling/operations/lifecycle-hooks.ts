import type { Context, Operation } from "#services/kit/service.ts";
import { isoMillis } from "#runtime/date.ts";
import { groupArn } from "../arns.ts";
import { limitExceeded, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { findMember, putMember } from "../groups/find-member.ts";
import { readHook } from "../groups/read-hook.ts";
import { globalTimeout } from "../hooks.ts";
import { mostHooksPerGroup } from "../limits.ts";
import {
  hooks,
  memberIndex,
  members,
  messages,
  type HookWait,
  type MemberRecord,
} from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
export const putLifecycleHook: Operation<"autoscaling", "PutLifecycleHook", State> = async (
  input,
  context,
) => {
  const { LifecycleHookName: name = "", AutoScalingGroupName: groupName = "" } = input;
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, groupName);
    const present = await hooks.get(tx, context, groupName, name);
    if (!present && (await hooks.list(tx, context, [groupName])).length >= mostHooksPerGroup)
      throw limitExceeded(`A group can have at most ${mostHooksPerGroup} lifecycle hooks.`);
    const hook = readHook(
      groupName,
      { ...input, LifecycleTransition: input.LifecycleTransition },
      present,
    );
    hooks.put(tx, context, [groupName, name], hook);
    if (!input.NotificationTargetARN) return;
    messages.put(tx, context, [groupName, context.random.uuid()], {
      targetArn: input.NotificationTargetARN,
      subject: `Auto Scaling: test notification for group "${groupName}"`,
      body: JSON.stringify({
        AccountId: context.account,
        RequestId: context.requestId,
        AutoScalingGroupARN: groupArn(context, group),
        AutoScalingGroupName: groupName,
        Service: "AWS Auto Scaling",
        Event: "autoscaling:TEST_NOTIFICATION",
        Time: isoMillis(context.clock.now()),
      }),
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html */
export const describeLifecycleHooks: Operation<"autoscaling", "DescribeLifecycleHooks", State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { AutoScalingGroupName: group = "", LifecycleHookNames: names } = input;
    await getGroup(tx, context, group);
    const found = await hooks.list(tx, context, [group]);
    return {
      LifecycleHooks: found
        .filter(({ name }) => !names?.length || names.includes(name))
        .map((hook) => ({
          LifecycleHookName: hook.name,
          AutoScalingGroupName: group,
          LifecycleTransition: hook.transition,
          HeartbeatTimeout: hook.heartbeatSeconds,
          GlobalTimeout: globalTimeout(hook.heartbeatSeconds),
          DefaultResult: hook.defaultResult,
          ...(hook.targetArn !== undefined && { NotificationTargetARN: hook.targetArn }),
          ...(hook.roleArn !== undefined && { RoleARN: hook.roleArn }),
          ...(hook.metadata !== undefined && { NotificationMetadata: hook.metadata }),
        })),
    };
  });

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLifecycleHook.html */
export const deleteLifecycleHook: Operation<"autoscaling", "DeleteLifecycleHook", State> = async (
  input,
  context,
) => {
  const { LifecycleHookName: name = "", AutoScalingGroupName: group = "" } = input;
  await context.store.transaction(async (tx) => {
    await getGroup(tx, context, group);
    if (!(await hooks.get(tx, context, group, name)))
      throw validationError(`No Lifecycle Hook found with name: ${name}`);
    hooks.delete(tx, context, group, name);
    // "Outstanding lifecycle actions are completed first (ABANDON for launching, CONTINUE for terminating)."
    for (const member of await members.list(tx, context, [group]))
      if (member.waits?.some((wait) => wait.hook === name && !wait.result)) {
        const result = member.state.startsWith("Pending") ? "ABANDON" : "CONTINUE";
        putMember(
          tx,
          context,
          change(member, name, (wait) => ({ ...wait, result })),
        );
      }
  });
  return {};
};

function change(
  member: MemberRecord,
  hook: string,
  to: (wait: HookWait) => HookWait,
): MemberRecord {
  const waits = (member.waits ?? []).map((wait) => (wait.hook === hook ? to(wait) : wait));
  return { ...member, waits };
}

interface ActionRequest {
  AutoScalingGroupName?: string | undefined;
  LifecycleHookName?: string | undefined;
  LifecycleActionToken?: string | undefined;
  InstanceId?: string | undefined;
}

/** Finds the open action by token or instance, and writes the member with it changed. */
async function changeAction(
  context: Context<State>,
  request: ActionRequest,
  to: (wait: HookWait) => HookWait,
): Promise<void> {
  const { AutoScalingGroupName: group = "", LifecycleHookName: hook = "" } = request;
  const { LifecycleActionToken: token, InstanceId: instanceId } = request;
  if (token === undefined && instanceId === undefined)
    throw validationError("Either LifecycleActionToken or InstanceId must be specified");
  await context.store.transaction(async (tx) => {
    await getGroup(tx, context, group);
    if (instanceId !== undefined && !(await memberIndex.get(tx, context, instanceId)))
      throw validationError(`No active Lifecycle Action found with instance ID ${instanceId}`);
    const candidates =
      instanceId === undefined
        ? await members.list(tx, context, [group])
        : [await findMember(tx, context, instanceId, group)];
    const open = (wait: HookWait) =>
      wait.hook === hook &&
      wait.result === undefined &&
      (token === undefined || wait.token === token);
    const member = candidates.find(
      ({ state, waits }) => state.endsWith(":Wait") && waits?.some(open),
    );
    if (!member)
      throw validationError(
        token === undefined
          ? `No active Lifecycle Action found with instance ID ${instanceId}`
          : `No active Lifecycle Action found with token ${token}`,
      );
    putMember(tx, context, change(member, hook, to));
  });
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html */
export const completeLifecycleAction: Operation<
  "autoscaling",
  "CompleteLifecycleAction",
  State
> = async (input, context) => {
  const result = input.LifecycleActionResult;
  if (result !== "CONTINUE" && result !== "ABANDON")
    throw validationError(
      `Lifecycle Action Result must be one of CONTINUE or ABANDON, not ${result}`,
    );
  await changeAction(context, input, (wait) => ({ ...wait, result }));
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html */
export const recordHeartbeat: Operation<
  "autoscaling",
  "RecordLifecycleActionHeartbeat",
  State
> = async (input, context) => {
  const nowMs = context.clock.now();
  await changeAction(context, input, (wait) => ({
    ...wait,
    deadlineMs: Math.min(nowMs + wait.heartbeatSeconds * 1000, wait.globalDeadlineMs),
  }));
  return {};
};
