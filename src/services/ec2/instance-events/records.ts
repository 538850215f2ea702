/** Scheduled events: what AWS would do to an instance's host, at a time that is told before. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";

export const eventCodes = [
  "instance-reboot",
  "system-reboot",
  "system-maintenance",
  "instance-retirement",
  "instance-stop",
] as const;
export type EventCode = (typeof eventCodes)[number];

export interface InstanceEventRecord {
  /** "instance-event-0123456789abcdef0" */
  eventId: string;
  instanceId: string;
  code: EventCode;
  description: string;
  notBeforeMs: number;
  notAfterMs: number;
  /** The latest time to which it may be moved. */
  deadlineMs: number;
  state: "active" | "completed" | "canceled";
  /** When it was over. */
  endedMs?: number;
}

/** Key: instance id, event id. */
export const instanceEvents = collection<InstanceEventRecord>("ec2", "instance-event");

/** In the order of their times. */
export async function eventsOf(
  tx: Transaction,
  scope: Scope,
  instanceId: string,
): Promise<InstanceEventRecord[]> {
  const found = await instanceEvents.list(tx, scope, [instanceId]);
  return found.toSorted((a, b) => a.notBeforeMs - b.notBeforeMs);
}

/** As DescribeInstanceStatus words it: what is over is shown for a week, marked so. */
export function shownDescription({ state, description }: InstanceEventRecord): string {
  if (state === "active") return description;
  return `[${state === "completed" ? "Completed" : "Canceled"}] ${description}`;
}

export const shownMs = 7 * 86_400_000;
