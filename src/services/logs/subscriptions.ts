/**
 * What subscribers hear: events that a filter means, as they came.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
import { gzipSync } from "node:zlib";
import { eventId } from "./event-id.ts";
import { limits } from "./limits.ts";
import { parsePattern } from "./patterns/pattern.ts";
import type { SubscribedRecord, SubscriptionFilterRecord } from "./records.ts";

interface Arrived {
  /** What orders events over all streams. */
  place: string;
  timestampMs: number;
  message: string;
}

/** What the filter means, in as many parts as a function can take at once; none when it means nothing. */
export function subscribed(
  filter: SubscriptionFilterRecord,
  arrived: readonly Arrived[],
  facts: Pick<SubscribedRecord, "groupName" | "streamName" | "nowMs">,
): SubscribedRecord[] {
  const pattern = parsePattern(filter.pattern);
  const parts: SubscribedRecord["events"][] = [];
  let roomBytes = 0;
  for (const { place, timestampMs: timestamp, message } of arrived) {
    const match = pattern(message);
    if (!match) continue;
    const bytes = Buffer.byteLength(message) + limits.eventOverheadBytes;
    if (parts.length === 0 || bytes > roomBytes) {
      parts.push([]);
      roomBytes = limits.subscribedBytes;
    }
    roomBytes -= bytes;
    const named = Object.keys(match.named).length > 0 && { extractedFields: match.named };
    parts.at(-1)!.push({ id: eventId(place), timestamp, message, ...named });
  }
  const { name: filterName, destinationArn } = filter;
  return parts.map((events) => ({
    ...facts,
    filterName,
    destinationArn,
    events,
    dueMs: facts.nowMs,
  }));
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
