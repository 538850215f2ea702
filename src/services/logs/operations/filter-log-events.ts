import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import { invalidParameter, streamNotFound } from "../errors.ts";
import { findGroup, horizonMs } from "../find.ts";
import { eventId } from "../event-id.ts";
import { limits } from "../limits.ts";
import { interleave, type Interleaved } from "../interleave.ts";
import type { Pattern } from "../patterns/match.ts";
import { parsePattern } from "../patterns/pattern.ts";
import { streams } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const filterLogEvents: Operation<"logs", "FilterLogEvents", LogsState> = async (
  input,
  context,
) => {
  const { endTime, limit = limits.eventsPage, logStreamNames, logStreamNamePrefix: prefix } = input;
  if (logStreamNames && prefix !== undefined)
    throw invalidParameter("Only one of logStreamNames or logStreamNamePrefix can be specified.");
  const matches = parsePattern(input.filterPattern ?? "");
  const after = input.nextToken === undefined ? "" : decodeToken(input.nextToken);
  if (after === undefined || !/^(?:\d{15}|$)/.test(after))
    throw invalidParameter("The specified nextToken is invalid.");
  const { scope, group, chosen } = await context.store.transaction(async (tx) => {
    const found = await findGroup(tx, input.logGroupName ?? input.logGroupIdentifier, context);
    const names = await streams.list(tx, found.scope, [found.group.id]);
    const all = new Set(names.map(({ name }) => name));
    if (logStreamNames?.some((name) => !all.has(name))) throw streamNotFound();
    return {
      ...found,
      chosen: logStreamNames ?? [...all].filter((name) => name.startsWith(prefix ?? "")),
    };
  });
  const parts = interleave(context.store, {
    scope,
    groupId: group.id,
    streams: chosen,
    fromMs: Math.max(input.startTime ?? 0, horizonMs(group, context.clock.now())),
    toMs: (endTime ?? Number.POSITIVE_INFINITY) + 1,
    after,
  });
  const { page, next } = await search(parts, matches, limit);
  return {
    events: page.map(format),
    searchedLogStreams: [],
    ...(next !== undefined && { nextToken: encodeToken(next) }),
  };
};

/** At most so many events, or a megabyte; a long search ends with what it has and a token. */
async function search(
  parts: AsyncIterable<Interleaved[]>,
  matches: Pattern,
  limit: number,
): Promise<{ page: Interleaved[]; next: string | undefined }> {
  const page: Interleaved[] = [];
  let [scanned, sizeBytes] = [0, 0];
  let last: string | undefined;
  for await (const part of parts)
    for (const event of part) {
      if (page.length >= limit || sizeBytes >= limits.pageBytes || scanned >= limits.searchedEvents)
        return { page, next: last };
      scanned++;
      last = event.place;
      if (!matches(event.record.message)) continue;
      page.push(event);
      sizeBytes += Buffer.byteLength(event.record.message) + limits.eventOverheadBytes;
    }
  return { page, next: undefined };
}

function format({ place, stream, record }: Interleaved): FilteredLogEvent {
  return {
    logStreamName: stream,
    timestamp: record.timestampMs,
    message: record.message,
    ingestionTime: record.ingestedMs,
    eventId: eventId(place),
  };
}
