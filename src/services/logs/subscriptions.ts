/**
 * What subscribers hear: events that a filter means, as they came.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
import { gzipSync } from "node:zlib";
import { eventId } from "./event-id.ts";
import { parsePattern } from "./patterns/pattern.ts";
import type { SubscribedRecord, SubscriptionFilterRecord } from "./records.ts";

interface Arrived {
  /** What orders events over all streams. */
  place: string;
  timestampMs: number;
  message: string;
}

/** Undefined when the filter means none of them. */
export function subscribed(
  filter: SubscriptionFilterRecord,
  arrived: readonly Arrived[],
  facts: Pick<SubscribedRecord, "groupName" | "streamName" | "nowMs">,
): SubscribedRecord | undefined {
  const pattern = parsePattern(filter.pattern);
  const events = arrived
    .filter(({ message }) => pattern(message) !== undefined)
    .map(({ place, timestampMs, message }) => ({
      id: eventId(place),
      timestamp: timestampMs,
      message,
    }));
  if (events.length === 0) return undefined;
  const { name: filterName, destinationArn } = filter;
  return { ...facts, filterName, destinationArn, events, dueMs: facts.nowMs };
}

/** The event of the function: a gzipped document in Base64. */
export function subscriptionEvent(owner: string, record: SubscribedRecord): string {
  const document = {
    messageType: "DATA_MESSAGE",
    owner,
    logGroup: record.groupName,
    logStream: record.streamName,
    subscriptionFilters: [record.filterName],
    logEvents: record.events,
  };
  const data = gzipSync(JSON.stringify(document)).toString("base64");
  return JSON.stringify({ awslogs: { data } });
}
