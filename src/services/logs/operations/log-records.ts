/** What fields events have: one event's, and those of a group. */
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, logRecordNotFound } from "../errors.ts";
import { findGroup } from "../find.ts";
import { fieldsOf } from "../insights/discovery.ts";
import { readPointer } from "../insights/pointer.ts";
import { scanGroup } from "../insights/scan.ts";
import { textOf } from "../insights/value.ts";
import { events } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html */
export const getLogRecord: Operation<"logs", "GetLogRecord", LogsState> = async (
  input,
  context,
) => {
  const pointer = input.logRecordPointer ?? "";
  const place = readPointer(pointer);
  if (!place) throw invalidParameter("The specified logRecordPointer is invalid.");
  const { scope, group, groupId, stream, timestampMs, number } = place;
  const event = await context.store.transaction((tx) =>
    events.get(tx, scope, groupId, stream, timestampMs, number),
  );
  if (!event || scope.account !== context.account) throw logRecordNotFound();
  const fields = fieldsOf({
    log: `${scope.account}:${group}`,
    stream,
    timestampMs,
    ingestedMs: event.ingestedMs,
    message: event.message,
    pointer,
  });
  return {
    logRecord: Object.fromEntries([...fields].map(([name, value]) => [name, textOf(value)])),
  };
};

const windowMs = 15 * 60_000;
const mostEvents = 10_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html */
export const getLogGroupFields: Operation<"logs", "GetLogGroupFields", LogsState> = async (
  input,
  context,
) => {
  const { scope, group } = await context.store.transaction((tx) =>
    findGroup(tx, input.logGroupName ?? input.logGroupIdentifier, context),
  );
  const nowMs = context.clock.now();
  // "If you specify a time, the 8 minutes before and 8 minutes after this time are searched."
  const [fromMs, toMs] =
    input.time === undefined
      ? [nowMs - windowMs, nowMs + 1]
      : [input.time * 1000 - 8 * 60_000, input.time * 1000 + 8 * 60_000];
  const counts = new Map<string, number>();
  let total = 0;
  for await (const page of scanGroup(context.store, { ...scope, ...group }, fromMs, toMs)) {
    for (const event of page) {
      total++;
      for (const name of fieldsOf(event).keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    if (total >= mostEvents) break;
  }
  counts.delete("@ptr");
  return {
    logGroupFields: [...counts]
      .map(([name, count]) => ({ name, percent: Math.round((100 * count) / total) }))
      .toSorted((a, b) => b.percent - a.percent || (a.name < b.name ? -1 : 1)),
  };
};
