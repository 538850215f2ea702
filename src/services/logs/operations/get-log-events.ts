import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import type { Key } from "#store/store.ts";
import { invalidParameter } from "../errors.ts";
import { findStream, horizonMs, type FoundStream } from "../find.ts";
import { limits } from "../limits.ts";
import { events, type EventRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
export const getLogEvents: Operation<"logs", "GetLogEvents", LogsState> = async (
  input,
  context,
) => {
  const { endTime, limit = limits.eventsPage, startFromHead = false, startTime } = input;
  const position = input.nextToken === undefined ? undefined : readToken(input.nextToken);
  const forward = position ? position.forward : startFromHead;
  const { found, page } = await context.store.transaction(async (tx) => {
    const stream = await findStream(
      tx,
      input.logGroupName ?? input.logGroupIdentifier,
      input.logStreamName,
      context,
    );
    const from = Math.max(startTime ?? 0, horizonMs(stream.group, context.clock.now()));
    const range = [at(stream, from), at(stream, endTime ?? Number.POSITIVE_INFINITY)] as const;
    const after = position && at(stream, position.timestampMs, position.number);
    const rows = await tx.between<EventRecord>(...range, {
      limit,
      reverse: !forward,
      ...(after && { after }),
    });
    return { found: stream, page: forward ? rows : rows.toReversed() };
  });
  const place = (key: Key | undefined, fallback: Position | undefined) => {
    const [timestampMs, number] = (key?.slice(6) ?? []) as [number?, number?];
    return {
      timestampMs: timestampMs ?? fallback?.timestampMs ?? 0,
      number: number ?? fallback?.number ?? -1,
    };
  };
  const nothing = position ?? {
    timestampMs: forward ? 0 : (found.stream.lastEventMs ?? 0),
    number: -1,
    forward,
  };
  return {
    events: page.map(({ value: { timestampMs, ingestedMs, message } }) => ({
      timestamp: timestampMs,
      message,
      ingestionTime: ingestedMs,
    })),
    nextForwardToken: writeToken("f", place(page.at(-1)?.key, nothing)),
    nextBackwardToken: writeToken("b", place(page[0]?.key, nothing)),
  };
};

interface Position {
  timestampMs: number;
  number: number;
  forward: boolean;
}

function at({ scope, group, stream }: FoundStream, timestampMs: number, number?: number): Key {
  const more = number === undefined ? [] : [number];
  return events.key(scope, group.id, stream.name, timestampMs, ...more);
}

function writeToken(
  direction: "f" | "b",
  { timestampMs, number }: Omit<Position, "forward">,
): string {
  return `${direction}/${encodeToken(`${timestampMs}:${number}`)}`;
}

function readToken(token: string): Position {
  const [direction, text] = token.split("/");
  const [timestamp, number] = decodeToken(text ?? "")?.split(":") ?? [];
  if (timestamp === undefined || number === undefined || !/^[fb]$/.test(direction ?? ""))
    throw invalidParameter("The specified nextToken is invalid.");
  return { timestampMs: Number(timestamp), number: Number(number), forward: direction === "f" };
}
