import type { InputLogEvent, RejectedLogEventsInfo } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter } from "../errors.ts";
import { embeddedSamples } from "../embedded-metrics.ts";
import { findStream, horizonMs } from "../find.ts";
import { limits } from "../limits.ts";
import { samplesOf } from "../metric-filter.ts";
import { events, metricFilters, metricSamples, streams, type GroupRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const putLogEvents: Operation<"logs", "PutLogEvents", undefined> = async (
  input,
  context,
) => {
  const given = input.logEvents ?? [];
  const sizeBytes = checkBatch(given);
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const found = await findStream(tx, input.logGroupName, input.logStreamName, context);
    const { scope, group, stream } = found;
    const { accepted, rejected } = sift(given, group, nowMs);
    let { next } = stream;
    for (const { message = "", timestamp = 0 } of accepted) {
      const event = { timestampMs: timestamp, ingestedMs: Math.floor(nowMs), message };
      events.put(tx, scope, [group.id, stream.name, timestamp, next++], event);
    }
    const messages = accepted.map(({ message = "", timestamp = 0 }) => ({
      message,
      timestampMs: timestamp,
    }));
    const filters = await metricFilters.list(tx, scope, [group.id]);
    const samples = [
      ...filters.flatMap((filter) => samplesOf(filter, messages)),
      ...messages.flatMap(({ message }) => embeddedSamples(message)),
    ];
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
      nextSequenceToken: String(next + 1).padStart(56, "4"),
      ...(rejected && { rejectedLogEventsInfo: rejected }),
    };
  });
};

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
