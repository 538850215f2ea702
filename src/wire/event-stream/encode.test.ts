import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "#model/error.ts";
import { loadModel } from "#model/load-model.ts";
import type { ServiceName } from "#model/sdk.ts";
import { createSdk, fakeRequest } from "../testing/sdk.ts";
import { encode, identify } from "../wire.ts";

/** What the SDK reads of an operation's stream. */
async function stream(service: ServiceName, operation: string, events: AsyncIterable<object>) {
  const model = await loadModel(service);
  const { facts, operations } = model;
  const shape = operations.get(operation)!.output;
  const [member = ""] = shape.members.map(({ name }) => name);
  const target = { "x-amz-target": `${facts.targetPrefix}.${operation}` };
  const request = fakeRequest({ headers: facts.targetPrefix ? target : {} });
  const context = { identified: identify(request), request, requestId: "id" };
  const decoded = { model, operation: operations.get(operation)!, input: {} };
  const reply = encode(decoded, { [member]: events }, context);
  assert.equal(reply.headers["content-type"], "application/vnd.amazon.eventstream");
  const sdk = await createSdk(service);
  const output = (await sdk.receive(operation, reply)) as Record<string, AsyncIterable<object>>;
  const read: object[] = [];
  for await (const event of output[member]!) read.push(event);
  return read;
}

test("records of S3 Select arrive as they were sent, and so do its statistics", async () => {
  async function* events() {
    yield { Records: { Payload: new Uint8Array([1, 2, 3]) } };
    yield { Stats: { Details: { BytesScanned: 3, BytesProcessed: 2, BytesReturned: 1 } } };
    yield { Cont: {} };
    yield { End: {} };
  }
  const read = await stream("s3", "SelectObjectContent", events());
  const [records] = read as [{ Records: { Payload: Uint8Array } }];
  assert.deepEqual([...records.Records.Payload], [1, 2, 3]);
  assert.deepEqual(read.slice(1), [
    { Stats: { Details: { BytesScanned: 3, BytesProcessed: 2, BytesReturned: 1 } } },
    { Cont: {} },
    { End: {} },
  ]);
});

test("a live tail of logs begins with its session", async () => {
  async function* events() {
    yield { sessionStart: { sessionId: "s", logGroupIdentifiers: ["g"] } };
    yield { sessionUpdate: { sessionResults: [{ message: "hé", timestamp: 1 }] } };
  }
  assert.deepEqual(await stream("logs", "StartLiveTail", events()), [
    { sessionStart: { sessionId: "s", logGroupIdentifiers: ["g"] } },
    { sessionUpdate: { sessionResults: [{ message: "hé", timestamp: 1 }] } },
  ]);
});

test("a stream that fails tells its reader why", async () => {
  async function* events() {
    yield { sessionStart: { sessionId: "s" } };
    throw new AwsError({ code: "SessionTimeoutException", message: "three hours are over" });
  }
  await assert.rejects(stream("logs", "StartLiveTail", events()), {
    name: "SessionTimeoutException",
    message: "three hours are over",
  });
});
