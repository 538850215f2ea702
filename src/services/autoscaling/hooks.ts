/** Lifecycle actions: what an instance waits for. https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html */
import { isoMillis } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { emitEvent, type Writing } from "./activities.ts";
import { longestWaitSeconds, mostHeartbeats } from "./limits.ts";
import {
  messages,
  type GroupRecord,
  type HookRecord,
  type HookWait,
  type MemberRecord,
  type Transition,
} from "./records.ts";

export function transitionOf({ state }: Pick<MemberRecord, "state">): Transition | undefined {
  const phase = state.replace("Warmed:", "");
  if (phase.startsWith("Pending")) return "autoscaling:EC2_INSTANCE_LAUNCHING";
  return phase.startsWith("Terminating") ? "autoscaling:EC2_INSTANCE_TERMINATING" : undefined;
}

/** From where to where an instance goes. https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-eventbridge-events.html */
function journeyOf({ state, origin }: Pick<MemberRecord, "state" | "origin">) {
  const place = state.startsWith("Warmed:") ? "WarmPool" : "AutoScalingGroup";
  return state.includes("Terminating")
    ? { origin: place, destination: "EC2" }
    : { origin: origin ?? "EC2", destination: place };
}

/** Seconds that a lifecycle action lasts at most, however many heartbeats come. */
export function globalTimeout(heartbeatSeconds: number): number {
  return Math.min(longestWaitSeconds, heartbeatSeconds * mostHeartbeats);
}

/** Lets the member wait for the hooks, and tells their targets. */
export function beginWaits(
  tx: Transaction,
  writing: Writing,
  group: GroupRecord,
  member: MemberRecord,
  hooks: readonly HookRecord[],
): HookWait[] {
  const { random, scope, nowMs } = writing;
  const { origin, destination } = journeyOf(member);
  return hooks.map((hook) => {
    const token = random.uuid();
    const kind = hook.transition.endsWith("LAUNCHING") ? "LAUNCHING" : "TERMINATING";
    const detail = {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.name,
      LifecycleHookName: hook.name,
      EC2InstanceId: member.instanceId,
      LifecycleTransition: hook.transition,
      ...(hook.metadata !== undefined && { NotificationMetadata: hook.metadata }),
      Origin: origin,
      Destination: destination,
    };
    const detailType = `EC2 Instance-${kind === "LAUNCHING" ? "launch" : "terminate"} Lifecycle Action`;
    emitEvent(tx, writing, group, { detailType, detail });
    if (hook.targetArn)
      messages.put(tx, scope, [group.name, random.uuid()], {
        targetArn: hook.targetArn,
        subject: `Auto Scaling:  Lifecycle action '${kind}' for instance ${member.instanceId} in progress.`,
        body: JSON.stringify({
          ...detail,
          AccountId: scope.account,
          RequestId: random.uuid(),
          Service: "AWS Auto Scaling",
          Time: isoMillis(nowMs),
        }),
      });
    return {
      hook: hook.name,
      token,
      startedMs: nowMs,
      deadlineMs: nowMs + hook.heartbeatSeconds * 1000,
      globalDeadlineMs: nowMs + globalTimeout(hook.heartbeatSeconds) * 1000,
      heartbeatSeconds: hook.heartbeatSeconds,
      defaultResult: hook.defaultResult,
    };
  });
}

/** How the waits ended at `nowMs`; undefined while one is open. ABANDON ends all of them. */
export function waitResult(
  waits: readonly HookWait[],
  nowMs: number,
): "CONTINUE" | "ABANDON" | undefined {
  const results = waits.map(
    ({ result, deadlineMs, defaultResult }) =>
      result ?? (nowMs >= deadlineMs ? defaultResult : undefined),
  );
  if (results.includes("ABANDON")) return "ABANDON";
  return results.includes(undefined) ? undefined : "CONTINUE";
}

/** The next moment at which a wait runs out. */
export function nextDeadline(waits: readonly HookWait[]): number | undefined {
  const open = waits.filter(({ result }) => !result).map(({ deadlineMs }) => deadlineMs);
  return open.length > 0 ? Math.min(...open) : undefined;
}
