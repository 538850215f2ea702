/** The trail of scaling activities, and the notifications that follow them. */
import type { Random } from "#runtime/random.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { groupArn } from "./arns.ts";
import { activitiesKeptMs } from "./limits.ts";
import {
  activities,
  messages,
  notifications,
  type ActivityRecord,
  type ActivityRef,
  type ActivityStatus,
  type GroupRecord,
  type NotificationRecord,
} from "./records.ts";

export interface Writing {
  random: Random;
  scope: Scope;
  nowMs: number;
  /** Who is told of activities, where that was read before: a scan after every write is dear. */
  topics?: readonly NotificationRecord[];
}

/** So many outdated activities go at a time. */
const mostOutdated = 100;

/** Lets activities go that are older than AWS shows them. */
export async function dropOutdated(
  tx: Transaction,
  { scope, nowMs }: Pick<Writing, "scope" | "nowMs">,
  group: string,
): Promise<void> {
  const [oldest] = await activities.list(tx, scope, [group], { limit: 1 });
  if (!oldest || oldest.startMs >= nowMs - activitiesKeptMs) return;
  for (const one of await activities.list(tx, scope, [group], { limit: mostOutdated }))
    if (one.startMs < nowMs - activitiesKeptMs)
      activities.delete(tx, scope, group, one.startMs, one.id);
}

export async function startActivity(
  tx: Transaction,
  { random, scope, nowMs }: Writing,
  group: GroupRecord,
  activity: Pick<ActivityRecord, "description" | "cause" | "details"> & Partial<ActivityRecord>,
): Promise<ActivityRef> {
  const id = random.uuid();
  activities.put(tx, scope, [group.name, nowMs, id], {
    group: group.name,
    groupArn: groupArn(scope, group),
    startMs: nowMs,
    status: "InProgress",
    progress: 0,
    ...activity,
    id,
  });
  return { id, startMs: nowMs };
}

export interface ActivityChange {
  status: ActivityStatus;
  progress?: number;
  description?: string;
  statusMessage?: string;
  instanceId?: string;
  details?: Record<string, string>;
}

/** Nothing happens when the activity is no longer kept. */
export async function changeActivity(
  tx: Transaction,
  writing: Writing,
  group: GroupRecord,
  activity: ActivityRef | undefined,
  change: ActivityChange,
): Promise<void> {
  if (activity === undefined) return;
  const { scope, nowMs } = writing;
  const { id, startMs } = activity;
  const present = await activities.get(tx, scope, group.name, startMs, id);
  if (!present) return;
  const ended = ["Successful", "Failed", "Cancelled"].includes(change.status);
  const changed: ActivityRecord = {
    ...present,
    ...change,
    ...(ended && { endMs: nowMs, progress: 100 }),
  };
  activities.put(tx, scope, [group.name, startMs, id], changed);
  if (ended) await notify(tx, writing, group, changed);
}

async function notify(
  tx: Transaction,
  { random, scope, nowMs, topics }: Writing,
  group: GroupRecord,
  activity: ActivityRecord,
): Promise<void> {
  const kind = activity.description.startsWith("Launching")
    ? "LAUNCH"
    : activity.description.startsWith("Terminating")
      ? "TERMINATE"
      : undefined;
  if (!kind) return;
  const failed = activity.status !== "Successful";
  const event = `autoscaling:EC2_INSTANCE_${kind}${failed ? "_ERROR" : ""}`;
  emitEvent(tx, { random, scope, nowMs }, group, {
    detailType: `EC2 Instance ${kind === "LAUNCH" ? "Launch" : "Terminate"} ${failed ? "Unsuccessful" : "Successful"}`,
    instanceId: activity.instanceId,
    detail: {
      StatusCode: failed ? activity.status : "InProgress",
      Description: activity.description,
      AutoScalingGroupName: group.name,
      ActivityId: activity.id,
      Details: activity.details,
      RequestId: activity.id,
      StatusMessage: activity.statusMessage ?? "",
      EndTime: isoMillis(activity.endMs ?? nowMs),
      EC2InstanceId: activity.instanceId ?? "",
      StartTime: isoMillis(activity.startMs),
      Cause: activity.cause,
    },
  });
  const body = JSON.stringify({
    Progress: failed ? 0 : 50,
    AccountId: scope.account,
    Description: activity.description,
    RequestId: activity.id,
    EndTime: isoMillis(activity.endMs ?? nowMs),
    AutoScalingGroupARN: activity.groupArn,
    ActivityId: activity.id,
    StartTime: isoMillis(activity.startMs),
    Service: "AWS Auto Scaling",
    Time: isoMillis(nowMs),
    EC2InstanceId: activity.instanceId ?? "",
    StatusCode: failed ? activity.status : "InProgress",
    StatusMessage: activity.statusMessage ?? "",
    Details: activity.details,
    AutoScalingGroupName: group.name,
    Cause: activity.cause,
    Event: event,
  });
  const subject = `Auto Scaling: ${failed ? "failed " : ""}${kind === "LAUNCH" ? "launch" : "termination"} for group "${group.name}"`;
  const told = topics ?? (await notifications.list(tx, scope, [group.name]));
  for (const { topicArn, types } of told)
    if (types.includes(event))
      messages.put(tx, scope, [group.name, random.uuid()], {
        targetArn: topicArn,
        subject,
        body,
      });
}

/**
 * What EventBridge hears: it is owed to the default bus like a message.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 */
export function emitEvent(
  tx: Transaction,
  { random, scope }: Writing,
  group: GroupRecord,
  event: { detailType: string; detail: object; instanceId?: string | undefined },
): void {
  const { account, region } = scope;
  messages.put(tx, scope, [group.name, random.uuid()], {
    targetArn: `arn:aws:events:${region}:${account}:event-bus/default`,
    subject: event.detailType,
    body: JSON.stringify(event.detail),
    resources: [
      groupArn(scope, group),
      ...(event.instanceId === undefined
        ? []
        : [`arn:aws:ec2:${region}:${account}:instance/${event.instanceId}`]),
    ],
  });
}
