/** Log streams: made, deleted, listed. */
import type { LogStream } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import { invalidParameter, streamExists } from "../errors.ts";
import { findGroup, findStream, groupArn, type FoundGroup } from "../find.ts";
import { pageOf } from "../paging.ts";
import { graves, streams, type StreamRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export const createLogStream: Operation<"logs", "CreateLogStream", LogsState> = async (
  input,
  context,
) => {
  const { logStreamName: name = "" } = input;
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    if (await streams.get(tx, scope, group.id, name)) throw streamExists();
    streams.put(tx, scope, [group.id, name], {
      name,
      createdMs: context.clock.now(),
      storedBytes: 0,
      next: 0,
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
export const deleteLogStream: Operation<"logs", "DeleteLogStream", LogsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const found = await findStream(tx, input.logGroupName, input.logStreamName, context);
    const { scope, group, stream } = found;
    streams.delete(tx, scope, group.id, stream.name);
    graves.put(tx, scope, [group.id, stream.name], { groupId: group.id, stream: stream.name });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export const describeLogStreams: Operation<"logs", "DescribeLogStreams", LogsState> = async (
  input,
  context,
) => {
  const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false } = input;
  if (prefix !== undefined && orderBy === "LastEventTime")
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const { found, all } = await context.store.transaction(async (tx) => {
    const group = await findGroup(tx, input.logGroupName ?? input.logGroupIdentifier, context);
    return { found: group, all: await streams.list(tx, group.scope, [group.group.id]) };
  });
  const keyOf = (stream: StreamRecord) =>
    orderBy === "LogStreamName"
      ? stream.name
      : `${String(Math.floor(stream.lastEventMs ?? 0)).padStart(15, "0")}:${stream.name}`;
  const sorted = all
    .filter(({ name }) => prefix === undefined || name.startsWith(prefix))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  // Pages are cut from an ascending list; descending ones count positions from the end.
  const listed = descending ? sorted.toReversed() : sorted;
  const position = new Map(listed.map((stream, index) => [stream, String(index).padStart(9, "0")]));
  const page = pageOf(listed, input, (stream) => position.get(stream)!);
  return {
    logStreams: page.items.map((stream) => describe(found, stream)),
    ...page.next,
  };
};

function describe({ scope, group }: FoundGroup, stream: StreamRecord): LogStream {
  const { createdMs, firstEventMs, lastEventMs, lastIngestionMs, name, next } = stream;
  return {
    logStreamName: name,
    creationTime: Math.floor(createdMs),
    ...(firstEventMs !== undefined && { firstEventTimestamp: firstEventMs }),
    ...(lastEventMs !== undefined && { lastEventTimestamp: lastEventMs }),
    ...(lastIngestionMs !== undefined && { lastIngestionTime: Math.floor(lastIngestionMs) }),
    uploadSequenceToken: String(next + 1).padStart(56, "4"),
    arn: `${groupArn(scope, group.name)}:log-stream:${name}`,
    storedBytes: 0,
  };
}
