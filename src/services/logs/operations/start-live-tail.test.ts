import type { StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogsScene } from "../testing/logs-scene.ts";

test("a live tail shows what comes in and what its pattern wants, second by second", async () => {
  const { cloud, logs, group, write } = await createLogsScene();
  await write("ERROR before");
  const { responseStream } = await logs.StartLiveTail({
    logGroupIdentifiers: [`arn:aws:logs:us-east-1:123456789012:log-group:${group}`],
    logEventFilterPattern: "ERROR",
  });
  const stream = responseStream![Symbol.asyncIterator]();
  const next = async (): Promise<StartLiveTailResponseStream | undefined> => {
    const { value, done } = await stream.next();
    return done ? undefined : value;
  };
  assert.equal((await next())?.sessionStart?.logEventFilterPattern, "ERROR");
  assert.deepEqual((await next())?.sessionUpdate?.sessionResults, []);
  const update = next();
  await write("ERROR one", "INFO two");
  await cloud.advance("1s");
  const { sessionResults, sessionMetadata } = (await update)!.sessionUpdate!;
  assert.deepEqual(
    sessionResults?.map(({ message }) => message),
    ["ERROR one"],
  );
  assert.equal(sessionResults?.[0]?.logStreamName, "one");
  assert.equal(sessionMetadata?.sampled, false);
  const timeout = assert.rejects(
    async () => {
      for (;;) await next();
    },
    { code: "SessionTimeoutException" },
  );
  await cloud.advance("3h");
  await timeout;
  await cloud.stop();
});
