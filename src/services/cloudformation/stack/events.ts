/** The events of a stack, and their way to the stack's topics. */
import { isoMillis } from "#runtime/date.ts";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  events,
  notifications,
  type EventRecord,
  type ResourceRecord,
  type StackRecord,
} from "../records.ts";

export interface NewEvent {
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string | undefined;
  properties?: unknown;
}

export const stackType = "AWS::CloudFormation::Stack";

export function stackEvent(
  stack: Pick<StackRecord, "name" | "arn">,
  status: string,
  reason?: string,
): NewEvent {
  return { logicalId: stack.name, physicalId: stack.arn, type: stackType, status, reason };
}

export function resourceEvent(record: ResourceRecord, reason?: string): NewEvent {
  return {
    logicalId: record.logicalId,
    physicalId: record.physicalId ?? "",
    type: record.type,
    status: record.status,
    reason: reason ?? record.statusReason,
    properties: record.shown ?? record.properties,
  };
}

export interface EventFacts {
  now: number;
  random: Random;
  clientRequestToken: string | undefined;
  notificationArns: readonly string[];
}

/**
 * Writes events in their order and answers the stack's new count of events. No two have the same time: clients, CDK's
 * among them, sort them by it.
 */
export function writeEvents(
  tx: Transaction,
  scope: Scope,
  stack: StackRecord,
  list: readonly NewEvent[],
  { now, random, clientRequestToken, notificationArns }: EventFacts,
): number {
  let number = stack.events;
  let timeMs = events.read(tx, scope, stack.uuid, number)?.timeMs ?? 0;
  for (const event of list) {
    number++;
    timeMs = Math.max(now, timeMs + 1);
    const ofStack = event.physicalId === stack.arn;
    const record: EventRecord = {
      number,
      eventId: ofStack
        ? random.uuid()
        : `${event.logicalId}-${event.status}-${isoMillis(timeMs)}-${number}`,
      timeMs,
      logicalId: event.logicalId,
      physicalId: event.physicalId,
      type: event.type,
      status: event.status,
      ...(event.reason && { reason: event.reason }),
      ...(event.properties !== undefined && { properties: JSON.stringify(event.properties) }),
      ...(clientRequestToken !== undefined && { clientRequestToken }),
    };
    events.put(tx, scope, [stack.uuid, number], record);
    for (const topicArn of notificationArns)
      notifications.put(tx, scope, [stack.uuid, number, topicArn], {
        topicArn,
        message: notificationText(stack, scope, record),
      });
  }
  return number;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack-options.html */
function notificationText(stack: StackRecord, { account }: Scope, event: EventRecord): string {
  const lines = {
    StackId: stack.arn,
    Timestamp: isoMillis(event.timeMs),
    EventId: event.eventId,
    LogicalResourceId: event.logicalId,
    Namespace: account,
    PhysicalResourceId: event.physicalId,
    ResourceProperties: event.properties ?? "null",
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason ?? "",
    ResourceType: event.type,
    StackName: stack.name,
    ClientRequestToken: event.clientRequestToken ?? "null",
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join("");
}
