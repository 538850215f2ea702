import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import type { Client } from "#services/kit/service.ts";

describe("a log stream", () => {
  let cloud: TestCloud;
  let logs: Client<"logs">;
  const place = { logGroupName: "/shop/web", logStreamName: "one" };

  beforeEach(async () => {
    cloud = createTestCloud();
    logs = cloud.clients.logs(cloud.caller);
    await logs.CreateLogGroup({ logGroupName: place.logGroupName });
    await logs.CreateLogStream(place);
  });
  afterEach(() => cloud.stop());

  const write = (...messages: string[]) =>
    logs.PutLogEvents({
      ...place,
      logEvents: messages.map((message, index) => ({
        message,
        timestamp: cloud.clock.now() + index,
      })),
    });
  const texts = (found: { events?: { message?: string }[] }) =>
    found.events?.map(({ message }) => message);

  test("events come back in the order of their time, page by page, both ways", async () => {
    await write("a", "b", "c", "d", "e");
    const first = await logs.GetLogEvents({ ...place, startFromHead: true, limit: 2 });
    assert.deepEqual(texts(first), ["a", "b"]);
    const second = await logs.GetLogEvents({
      ...place,
      limit: 2,
      nextToken: first.nextForwardToken,
    });
    assert.deepEqual(texts(second), ["c", "d"]);
    const back = await logs.GetLogEvents({
      ...place,
      limit: 2,
      nextToken: second.nextBackwardToken,
    });
    assert.deepEqual(texts(back), ["a", "b"]);
    const tail = await logs.GetLogEvents({ ...place, limit: 2 });
    assert.deepEqual(texts(tail), ["d", "e"]);
    const end = await logs.GetLogEvents({ ...place, nextToken: tail.nextForwardToken });
    assert.deepEqual(end.events, []);
    assert.equal(end.nextForwardToken, tail.nextForwardToken);
  });

  test("events too old or too far ahead are left out and said so", async () => {
    const now = cloud.clock.now();
    const day = 24 * 3_600_000;
    const old = await logs.PutLogEvents({
      ...place,
      logEvents: [{ message: "old", timestamp: now - 15 * day }],
    });
    assert.deepEqual(old.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
    const ahead = await logs.PutLogEvents({
      ...place,
      logEvents: [
        { message: "now", timestamp: now },
        { message: "ahead", timestamp: now + 3 * 3_600_000 },
      ],
    });
    assert.deepEqual(ahead.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
    assert.deepEqual(texts(await logs.GetLogEvents(place)), ["now"]);
    await assert.rejects(
      logs.PutLogEvents({
        ...place,
        logEvents: [
          { message: "b", timestamp: now + 1 },
          { message: "a", timestamp: now },
        ],
      }),
      { code: "InvalidParameterException", message: /chronological order/ },
    );
  });

  test("a filter finds events over all streams", async () => {
    await write("GET / 200", "GET /x 404");
    await logs.CreateLogStream({ ...place, logStreamName: "two" });
    await cloud.advance("1s");
    await logs.PutLogEvents({
      ...place,
      logStreamName: "two",
      logEvents: [{ message: "POST /y 404", timestamp: cloud.clock.now() }],
    });
    const found = await logs.FilterLogEvents({
      ...place,
      logStreamName: undefined,
      filterPattern: "404",
    } as {
      logGroupName: string;
      filterPattern: string;
    });
    assert.deepEqual(texts(found), ["GET /x 404", "POST /y 404"]);
    assert.deepEqual(
      found.events?.map(({ logStreamName }) => logStreamName),
      ["one", "two"],
    );
  });

  test("retention hides and deletes what is too old", async () => {
    await write("first");
    await logs.PutRetentionPolicy({ logGroupName: place.logGroupName, retentionInDays: 1 });
    await cloud.advance("1d");
    await write("second");
    await cloud.advance("1h");
    assert.deepEqual(texts(await logs.GetLogEvents(place)), ["second"]);
    await assert.rejects(
      logs.PutRetentionPolicy({ logGroupName: place.logGroupName, retentionInDays: 2 }),
      { code: "InvalidParameterException" },
    );
  });

  test("what is not there, or there already, says so", async () => {
    await assert.rejects(logs.CreateLogGroup({ logGroupName: place.logGroupName }), {
      code: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
    await assert.rejects(logs.GetLogEvents({ ...place, logStreamName: "none" }), {
      code: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
    await logs.DeleteLogGroup({ logGroupName: place.logGroupName });
    await logs.CreateLogGroup({ logGroupName: place.logGroupName });
    assert.deepEqual(
      (await logs.DescribeLogStreams({ logGroupName: place.logGroupName })).logStreams,
      [],
    );
  });

  test("events of many streams come interleaved by time, page by page", async () => {
    const now = cloud.clock.now();
    const names = ["a", "b", "c"];
    for (const [index, logStreamName] of names.entries()) {
      const stream = { logGroupName: place.logGroupName, logStreamName };
      await logs.CreateLogStream(stream);
      await logs.PutLogEvents({
        ...stream,
        logEvents: Array.from({ length: 200 }, (_, at) => ({
          message: `${at * 3 + index}`,
          timestamp: now + at * 3 + index,
        })),
      });
    }
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.FilterLogEvents({
        logGroupName: place.logGroupName,
        limit: 70,
        ...(nextToken !== undefined && { nextToken }),
      });
      seen.push(...(page.events ?? []).map(({ message }) => message!));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(
      seen,
      Array.from({ length: 600 }, (_, at) => `${at}`),
    );
  });
});

test("what comes in is counted in AWS/Logs", async () => {
  const cloud = createTestCloud();
  const logs = cloud.clients.logs(cloud.caller);
  const place = { logGroupName: "web", logStreamName: "one" };
  await logs.CreateLogGroup(place);
  await logs.CreateLogStream(place);
  const now = cloud.clock.now();
  await logs.PutLogEvents({ ...place, logEvents: [{ message: "hello", timestamp: now }] });
  await cloud.advance("1m");
  const sum = async (MetricName: string, Dimensions: { Name: string; Value: string }[]) => {
    const { Datapoints = [] } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/Logs",
      MetricName,
      Dimensions,
      StartTime: dateOf(now - 60_000),
      EndTime: dateOf(now + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    return Datapoints[0]?.Sum;
  };
  const group = [{ Name: "LogGroupName", Value: "web" }];
  assert.equal(await sum("IncomingLogEvents", group), 1);
  assert.equal(await sum("IncomingBytes", group), 31);
  assert.equal(await sum("IncomingBytes", []), 31);
  await cloud.stop();
});
