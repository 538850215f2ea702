import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import type { AnyServiceDefinition } from "#services/kit/service.ts";
import { AwsError } from "#model/error.ts";
import { defineService } from "#services/kit/service.ts";

interface Data {
  messageType: string;
  owner: string;
  logGroup: string;
  logStream: string;
  subscriptionFilters: string[];
  logEvents: { id: string; message: string; extractedFields?: Record<string, string> }[];
}

/** A cloud whose functions do nothing but keep what they are given, in so many tries. */
function createScene(t: TestContext, refusals: string[] = []) {
  const got: Data[] = [];
  const functions: AnyServiceDefinition = defineService<"lambda">({
    name: "lambda",
    operations: {
      Invoke: async (input, { principal }) => {
        if (!input.FunctionName!.endsWith(":taker") || principal.type !== "service")
          throw new AwsError({ code: "ResourceNotFoundException", message: "no function" });
        if (input.InvocationType === "DryRun") return { StatusCode: 204 };
        const refusal = refusals.shift();
        if (refusal !== undefined) throw new AwsError({ code: refusal, message: refusal });
        const event = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString());
        got.push(JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, "base64")).toString()));
        return { StatusCode: 202 };
      },
    },
  });
  const cloud = createTestCloud({ registry: { lambda: async () => ({ service: functions }) } });
  t.after(() => cloud.stop());
  const logs = cloud.clients.logs(cloud.caller);
  const logGroupName = "web";
  const functionArn = (name: string) =>
    `arn:aws:lambda:us-east-1:${cloud.caller.account}:function:${name}`;
  return {
    cloud,
    logs,
    got,
    functionArn,
    async makeGroup() {
      await logs.CreateLogGroup({ logGroupName });
      await logs.CreateLogStream({ logGroupName, logStreamName: "i-1" });
    },
    filter: (filterName: string, filterPattern: string, destinationArn = functionArn("taker")) =>
      logs.PutSubscriptionFilter({ logGroupName, filterName, filterPattern, destinationArn }),
    write: (...messages: string[]) =>
      logs.PutLogEvents({
        logGroupName,
        logStreamName: "i-1",
        logEvents: messages.map((message) => ({ message, timestamp: cloud.clock.now() })),
      }),
  };
}

test("what a filter finds reaches the function, compressed, with the ids that searches show", async (t) => {
  const scene = createScene(t);
  await scene.makeGroup();
  await scene.filter("errors", "[level = ERROR, code]");
  await scene.write("ERROR 500", "INFO 200", "ERROR 503");
  await scene.cloud.advance("5s");
  const [data] = scene.got;
  assert.deepEqual(
    { ...data, logEvents: data!.logEvents.map(({ message }) => message) },
    {
      messageType: "DATA_MESSAGE",
      owner: scene.cloud.caller.account,
      logGroup: "web",
      logStream: "i-1",
      subscriptionFilters: ["errors"],
      logEvents: ["ERROR 500", "ERROR 503"],
    },
  );
  assert.equal(data!.logEvents[1]!.extractedFields?.["$code"], "503");
  const { events = [] } = await scene.logs.FilterLogEvents({
    logGroupName: "web",
    filterPattern: "ERROR",
  });
  assert.deepEqual(
    data!.logEvents.map(({ id }) => id),
    events.map(({ eventId }) => eventId),
  );
});

test("a function that is throttled gets everything later; one that refuses loses it", async (t) => {
  const throttled = Array.from({ length: 3 }, () => "TooManyRequestsException");
  const scene = createScene(t, [...throttled]);
  await scene.makeGroup();
  await scene.filter("all", "");
  await scene.write("a");
  await scene.write("b");
  await scene.cloud.advance("5m");
  const messages = () =>
    scene.got.flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
  assert.deepEqual(messages().sort(), ["a", "b"]);
  const refusing = createScene(t, ["AccessDeniedException"]);
  await refusing.makeGroup();
  await refusing.filter("all", "");
  await refusing.write("a");
  await refusing.write("b");
  await refusing.cloud.advance("1m");
  assert.deepEqual(
    refusing.got.map(({ logEvents }) => logEvents[0]!.message),
    ["b"],
  );
});

test("filters are two at most, are shown, replaced and deleted, and go with their group", async (t) => {
  const scene = createScene(t);
  await scene.makeGroup();
  await scene.filter("one", "A");
  await scene.filter("two", "B");
  await assert.rejects(scene.filter("three", "C"), { code: "LimitExceededException" });
  await scene.filter("one", "D");
  const shown = async () => {
    const { subscriptionFilters = [] } = await scene.logs.DescribeSubscriptionFilters({
      logGroupName: "web",
    });
    return subscriptionFilters.map((one) => [one.filterName, one.filterPattern, one.distribution]);
  };
  assert.deepEqual(await shown(), [
    ["one", "D", "ByLogStream"],
    ["two", "B", "ByLogStream"],
  ]);
  await scene.logs.DeleteSubscriptionFilter({ logGroupName: "web", filterName: "two" });
  await assert.rejects(
    scene.logs.DeleteSubscriptionFilter({ logGroupName: "web", filterName: "two" }),
    { code: "ResourceNotFoundException" },
  );
  await scene.logs.DeleteLogGroup({ logGroupName: "web" });
  await scene.cloud.advance("1m");
  await scene.makeGroup();
  assert.deepEqual(await shown(), []);
});

test("destinations that cannot be are refused, each in its own way", async (t) => {
  const scene = createScene(t);
  await scene.makeGroup();
  await assert.rejects(scene.filter("f", "", scene.functionArn("none")), {
    code: "InvalidParameterException",
    message: /Make sure you have given CloudWatch Logs permission/,
  });
  await assert.rejects(
    scene.filter("f", "", `arn:aws:kinesis:us-east-1:${scene.cloud.caller.account}:stream/s`),
    {
      code: "InvalidParameterException",
      message:
        /^Could not deliver test message to specified Kinesis stream\. Fogbank does not have Kinesis/,
    },
  );
  const logsArn = (resource: string) => `arn:aws:logs:us-east-1:123456789012:${resource}`;
  await assert.rejects(scene.filter("f", "", logsArn("destination:elsewhere")), {
    code: "NotImplemented",
    message: /logical destinations/,
  });
  await assert.rejects(scene.filter("f", "", logsArn("log-group:other:*")), {
    code: "InvalidParameterException",
  });
  await assert.rejects(scene.filter("f", "", "arn:aws:s3:::bucket"), {
    code: "InvalidParameterException",
  });
  await scene.logs.CreateLogGroup({ logGroupName: "/aws/lambda/taker" });
  await assert.rejects(
    scene.logs.PutSubscriptionFilter({
      logGroupName: "/aws/lambda/taker",
      filterName: "loop",
      filterPattern: "",
      destinationArn: scene.functionArn("taker"),
    }),
    { message: /reserved for the function logs of the destination function/ },
  );
});

test("what a function could not take at once comes in parts", async (t) => {
  const scene = createScene(t);
  await scene.makeGroup();
  await scene.filter("all", "");
  const long = (letter: string) => letter.repeat(240_000);
  await scene.write(long("a"), long("b"), long("c"), "d");
  await scene.cloud.advance("5s");
  const parts = scene.got.map(({ logEvents }) =>
    logEvents.map(({ message }) => message[0]).join(""),
  );
  assert.deepEqual(parts.sort(), ["ab", "cd"]);
});
