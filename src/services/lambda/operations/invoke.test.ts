import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createStage } from "../testing/stage.ts";

test("a function answers, is kept for the next event, and tells what it cost", async (t) => {
  const { cloud, create, call } = await createStage();
  t.after(() => cloud.stop());
  await create("count", "let n = 0; export const handler = async (e) => ({ n: ++n, e });");
  const first = await call("count", { a: 1 });
  assert.deepEqual(first.value, { n: 1, e: { a: 1 } });
  assert.equal(first.version, "$LATEST");
  assert.match(
    first.log,
    /^INIT_START Runtime Version: nodejs22\.x\nSTART RequestId: \S+ Version: \$LATEST\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t.*Init Duration: [\d.]+ ms/s,
  );
  const second = await call("count");
  assert.deepEqual(second.value, { n: 2, e: {} });
  assert.doesNotMatch(second.log, /INIT_START/);
});

test("errors of a function come back in its own words", async (t) => {
  const { cloud, create, call } = await createStage();
  t.after(() => cloud.stop());
  const source = `
    export const handler = async ({ how }) => {
      if (how === "throw") throw new TypeError("not so");
      if (how === "exit") process.exit(3);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    };`;
  await create("fails", source, { Timeout: 100 });
  await create("sleeps", source, { Timeout: 1 });
  const thrown = await call("fails", { how: "throw" });
  assert.equal(thrown.error, "Unhandled");
  assert.equal((thrown.value as { errorType: string }).errorType, "TypeError");
  assert.match(thrown.log, /\tERROR\tInvoke Error \t\{"errorType":"TypeError"/);
  const exited = await call("fails", { how: "exit" });
  assert.match(
    JSON.stringify(exited.value),
    /"Runtime\.ExitError","errorMessage":"RequestId: \S+ Error: Runtime exited with error: exit status 3"/,
  );
  const late = await call("sleeps", { how: "sleep" });
  assert.match(
    JSON.stringify(late.value),
    /"Sandbox\.Timedout".*Task timed out after 1\.00 seconds/,
  );
  assert.match(late.log, /Task timed out after 1\.00 seconds/);
});

test("what cannot be loaded fails every event, with the runtime's reason", async (t) => {
  const { cloud, create, call } = await createStage();
  t.after(() => cloud.stop());
  await create("lost", "export const other = 1;");
  for (const _attempt of [1, 2]) {
    const { error, value } = await call("lost");
    assert.equal(error, "Unhandled");
    assert.equal((value as { errorType: string }).errorType, "Runtime.HandlerNotFound");
  }
});

test("what a function prints is in its log group, lines of a print together", async (t) => {
  const { cloud, create, call } = await createStage();
  t.after(() => cloud.stop());
  await create("talks", 'export const handler = async () => console.log("one\\ntwo");');
  await call("talks");
  const logs = cloud.clients.logs(cloud.caller);
  const { events = [] } = await logs.FilterLogEvents({ logGroupName: "/aws/lambda/talks" });
  const printed = events.map(({ message }) => message!).filter((text) => text.includes("INFO"));
  assert.equal(printed.length, 1);
  assert.match(printed[0]!, /^\S+Z\t[\w-]{36}\tINFO\tone\ntwo\n$/);
});

test("events that are no JSON, too large, or for nobody are refused", async (t) => {
  const { cloud, create, lambda } = await createStage();
  t.after(() => cloud.stop());
  await create("strict", "export const handler = async () => 1;");
  const send = (FunctionName: string, payload: string) =>
    lambda.Invoke({ FunctionName, Payload: Buffer.from(payload) as never });
  await assert.rejects(send("strict", "{"), { code: "InvalidRequestContentException" });
  await assert.rejects(send("strict", JSON.stringify("x".repeat(6 * 2 ** 20))), {
    code: "RequestTooLargeException",
  });
  await assert.rejects(send("nobody", "{}"), {
    code: "ResourceNotFoundException",
    message: "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody",
  });
});

test("an event that nobody waits for is brought again after failures, then given up", async (t) => {
  const { cloud, create, lambda } = await createStage();
  t.after(() => cloud.stop());
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "dead" });
  const source = 'export const handler = async () => { throw new Error("no"); };';
  const TargetArn = "arn:aws:sqs:us-east-1:123456789012:dead";
  await create("sink", source, { DeadLetterConfig: { TargetArn } });
  await lambda.Invoke({
    FunctionName: "sink",
    InvocationType: "Event",
    Payload: Buffer.from('{"n":1}') as never,
  });
  const attempts = async () => {
    const logs = cloud.clients.logs(cloud.caller);
    const found = await logs
      .FilterLogEvents({ logGroupName: "/aws/lambda/sink", filterPattern: "START" })
      .catch(() => ({ events: [] }));
    return found.events?.filter(({ message }) => message?.startsWith("START")).length ?? 0;
  };
  const until = async (count: number) => {
    await eventually(`attempt ${count}`, async () => (await attempts()) >= count);
    assert.equal(await attempts(), count);
  };
  await until(1);
  await cloud.advance("61s");
  await until(2);
  await cloud.advance("121s");
  await until(3);
  const message = await eventually("something comes to the dead-letter queue", async () => {
    const { Messages } = await sqs.ReceiveMessage({ QueueUrl, MessageAttributeNames: ["All"] });
    return Messages?.[0];
  });
  assert.equal(message.Body, '{"n":1}');
  assert.equal(message.MessageAttributes?.["ErrorMessage"]?.StringValue, "no");
});
