import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { createHash } from "node:crypto";
import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import { invalidParameter, streamNotFound } from "../errors.ts";
import { findGroup, horizonMs } from "../find.ts";
import { limits } from "../limits.ts";
import { parsePattern } from "../patterns/pattern.ts";
import { events, streams, type EventRecord } from "../records.ts";

interface Found {
  /** Orders events over all streams. */
  place: string;
  stream: string;
  record: EventRecord;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const filterLogEvents: Operation<"logs", "FilterLogEvents", undefined> = async (
  input,
  context,
) => {
  const { endTime, limit = limits.eventsPage, logStreamNames, logStreamNamePrefix: prefix } = input;
  if (logStreamNames && prefix !== undefined)
    throw invalidParameter("Only one of logStreamNames or logStreamNamePrefix can be specified.");
  const matches = parsePattern(input.filterPattern ?? "");
  const after = input.nextToken === undefined ? "" : decodeToken(input.nextToken);
  if (after === undefined) throw invalidParameter("The specified nextToken is invalid.");
  const found = await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(
      tx,
      input.logGroupName ?? input.logGroupIdentifier,
      context,
    );
    const all = (await streams.list(tx, scope, [group.id])).map(({ name }) => name);
    const chosen = logStreamNames ?? all.filter((name) => name.startsWith(prefix ?? ""));
    if (chosen.some((name) => !all.includes(name))) throw streamNotFound();
    const from = Math.max(input.startTime ?? 0, horizonMs(group, context.clock.now()));
    const matching: Found[] = [];
    for (const stream of chosen) {
      const rows = await tx.between<EventRecord>(
        events.key(scope, group.id, stream, from),
        events.key(scope, group.id, stream, (endTime ?? Number.POSITIVE_INFINITY) + 1),
      );
      for (const { key, value: record } of rows) {
        const place = `${String(record.timestampMs).padStart(15, "0")}:${stream}:${String(key[7]).padStart(12, "0")}`;
        if (place > after && matches(record.message)) matching.push({ place, stream, record });
      }
    }
    return matching.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  });
  const page = found.slice(0, limit);
  return {
    events: page.map(format),
    searchedLogStreams: [],
    ...(found.length > limit && { nextToken: encodeToken(page.at(-1)!.place) }),
  };
};

function format({ place, stream, record }: Found): FilteredLogEvent {
  return {
    logStreamName: stream,
    timestamp: record.timestampMs,
    message: record.message,
    ingestionTime: record.ingestedMs,
    // Digits only, the same whenever the event is found, as AWS's are.
    eventId: BigInt(`0x${createHash("sha1").update(place).digest("hex")}`)
      .toString()
      .padStart(56, "3")
      .slice(0, 56),
  };
}
