import type { InputLogEvent, RejectedLogEventsInfo } from "@aws-sdk/client-cloudwatch-logs";
import { clientOffset } from "#services/kit/client-time.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import { invalidParameter } from "../errors.ts";
import { embeddedSamples } from "../embedded-metrics.ts";
import { findStream, horizonMs } from "../find.ts";
import { placeOf } from "../interleave.ts";
import { limits } from "../limits.ts";
import { minutesOf, samplesOf } from "../metric-filter.ts";
import {
  events,
  filteredMinutes,
  metricFilters,
  metricSamples,
  streams,
  subscribedEvents,
  subscriptionFilters,
  type GroupRecord,
} from "../records.ts";
import { subscribed } from "../subscriptions.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const putLogEvents: Operation<"logs", "PutLogEvents", LogsState> = async (
  input,
  context,
) => {
  const given = inCloudTime(input.logEvents ?? [], context);
  const sizeBytes = checkBatch(given);
  const nowMs = context.clock.now();
  const { accepted: taken, ...answer } = await context.store.transaction(async (tx) => {
    const found = await findStream(tx, input.logGroupName, input.logStreamName, context);
    const { scope, group, stream } = found;
    const { accepted, rejected } = sift(given, group, nowMs);
    let { next } = stream;
    const arrived: Parameters<typeof subscribed>[1][number][] = [];
    for (const { message = "", timestamp = 0 } of accepted) {
      const event = { timestampMs: timestamp, ingestedMs: Math.floor(nowMs), message };
      arrived.push({
        place: placeOf(timestamp, stream.name, next),
        timestampMs: timestamp,
        message,
      });
      events.put(tx, scope, [group.id, stream.name, timestamp, next++], event);
    }
    const messages = accepted.map(({ message = "", timestamp = 0 }) => ({
      message,
      timestampMs: timestamp,
    }));
    const filters = await metricFilters.list(tx, scope, [group.id]);
    for (const filter of filters)
      for (const [minute, matched] of minutesOf(filter, messages)) {
        const place = [group.id, filter.name, minute] as const;
        const before = await filteredMinutes.get(tx, scope, ...place);
        if (!before || (matched && !before.matched))
          filteredMinutes.put(tx, scope, place, { matched });
      }
    const samples = [
      ...filters.flatMap((filter) => samplesOf(filter, messages)),
      ...messages
        .flatMap(({ message }) => embeddedSamples(message))
        .map((sample) => ({ ...sample, timestampMs: inCloud(sample.timestampMs, context) }))
        .filter((sample) => isPublishable(sample.timestampMs, nowMs)),
    ];
    for (const filter of await subscriptionFilters.list(tx, scope, [group.id])) {
      const facts = { groupName: group.name, streamName: stream.name, nowMs };
      for (const [index, record] of subscribed(filter, arrived, facts).entries())
        subscribedEvents.put(
          tx,
          scope,
          [group.id, `${filter.name} ${stream.name} ${next} ${index}`],
          record,
        );
    }
    for (const [index, sample] of samples.entries())
      metricSamples.put(tx, scope, [group.id, `${stream.name} ${next}`, index], sample);
    const times = accepted.map(({ timestamp = 0 }) => timestamp);
    const [first, last] = [times[0], times.at(-1)];
    streams.put(tx, scope, [group.id, stream.name], {
      ...stream,
      next,
      storedBytes: stream.storedBytes + (accepted.length > 0 ? sizeBytes : 0),
      ...(first !== undefined && {
        firstEventMs: Math.min(first, stream.firstEventMs ?? first),
        lastEventMs: Math.max(last ?? first, stream.lastEventMs ?? first),
        lastIngestionMs: nowMs,
      }),
    });
    return {
      accepted,
      nextSequenceToken: String(next + 1).padStart(56, "4"),
      ...(rejected && { rejectedLogEventsInfo: rejected }),
    };
  });
  count(taken, input.logGroupName ?? "", context);
  return answer;
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
function count(
  accepted: readonly InputLogEvent[],
  group: string,
  context: Context<LogsState>,
): void {
  if (accepted.length === 0) return;
  const { counters } = context.state;
  const bytes = accepted.reduce(
    (sum, { message = "" }) => sum + Buffer.byteLength(message) + limits.eventOverheadBytes,
    0,
  );
  for (const dimensions of [{ LogGroupName: group }, {}] as Record<string, string>[]) {
    const events = { metric: "IncomingLogEvents", unit: "Count", dimensions } as const;
    counters.add(context, events, accepted.length);
    counters.add(context, { metric: "IncomingBytes", unit: "Bytes", dimensions }, bytes);
  }
}

/** Events of one batch are a client's, whose clock is one: its last event says how far that is off. */
function inCloudTime(
  given: readonly InputLogEvent[],
  context: Context<LogsState>,
): readonly InputLogEvent[] {
  const offsetMs = Math.round(clientOffset(context, given.at(-1)?.timestamp ?? 0));
  if (offsetMs === 0) return given;
  return given.map(({ message, timestamp = 0 }) => ({ message, timestamp: timestamp + offsetMs }));
}

/** The size of the batch as AWS counts it. Throws InvalidParameterException. */
function checkBatch(given: readonly InputLogEvent[]): number {
  if (given.length > limits.batchEvents)
    throw invalidParameter("Log events in a single PutLogEvents request must not exceed 10,000.");
  let sizeBytes = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const { message = "", timestamp = 0 } of given) {
    if (timestamp < previous)
      throw invalidParameter(
        "Log events in a single PutLogEvents request must be in chronological order.",
      );
    previous = timestamp;
    const bytes = Buffer.byteLength(message);
    if (bytes > limits.eventBytes)
      throw invalidParameter(
        `Log event too large: ${bytes} bytes exceeds limit of ${limits.eventBytes}`,
      );
    sizeBytes += bytes + limits.eventOverheadBytes;
  }
  if (sizeBytes > limits.batchBytes)
    throw invalidParameter(
      `Upload too large: ${sizeBytes} bytes exceeds limit of ${limits.batchBytes}`,
    );
  const span = (given.at(-1)?.timestamp ?? 0) - (given[0]?.timestamp ?? 0);
  if (span > limits.batchSpanMs)
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  return sizeBytes;
}

function inCloud(timeMs: number, context: Context<LogsState>): number {
  return timeMs + Math.round(clientOffset(context, timeMs));
}

/** CloudWatch takes metrics of the last two weeks and of the next two hours. */
function isPublishable(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs - limits.pastMs && timeMs < nowMs + limits.futureMs;
}

interface Sifted {
  accepted: readonly InputLogEvent[];
  rejected: RejectedLogEventsInfo | undefined;
}

/** Events too old, expired or too far ahead are left out and said so. */
function sift(given: readonly InputLogEvent[], group: GroupRecord, nowMs: number): Sifted {
  const time = ({ timestamp = 0 }: InputLogEvent) => timestamp;
  const expired = given.filter((event) => time(event) < horizonMs(group, nowMs)).length;
  const tooOld = given.filter((event) => time(event) < nowMs - limits.pastMs).length;
  const tooNew = given.findIndex((event) => time(event) > nowMs + limits.futureMs);
  const start = Math.max(expired, tooOld);
  const end = tooNew < 0 ? given.length : tooNew;
  const rejected = {
    ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
  return {
    accepted: given.slice(start, end),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  };
}
