import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { openLmdbStore } from "#store/lmdb.ts";

test("a message that is sent while a long poll waits for the disk is received at once", async () => {
  const path = mkdtempSync(join(tmpdir(), "fogbank-"));
  const cloud = createTestCloud({ store: await openLmdbStore({ path, durability: "fsync" }) });
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "q" });
  await sqs.SendMessage({ QueueUrl, MessageBody: "before" });
  const { Messages } = await sqs.ReceiveMessage({ QueueUrl });
  // What the poll finds is that this message is gone; it may not say so before the disk does.
  const deleting = sqs.DeleteMessage({ QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle });
  const polling = sqs.ReceiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
  const sending = sqs.SendMessage({ QueueUrl, MessageBody: "now" });
  const [received] = await Promise.all([polling, deleting, sending]);
  assert.equal(received.Messages?.[0]?.Body, "now");
  await cloud.stop();
  rmSync(path, { recursive: true });
});

test("of two who wait, one message wakes the one who has waited longer", async () => {
  const cloud = createTestCloud();
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "q" });
  const answered: string[] = [];
  const poll = async (name: string) => {
    const { Messages } = await sqs.ReceiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
    if (Messages) answered.push(`${name} ${Messages[0]!.Body}`);
  };
  const first = poll("first");
  await cloud.advance("1s");
  const second = poll("second");
  await cloud.advance("1s");
  await sqs.SendMessage({ QueueUrl, MessageBody: "a" });
  await cloud.advance("1s");
  assert.deepEqual(answered, ["first a"]);
  await sqs.SendMessage({ QueueUrl, MessageBody: "b" });
  await Promise.all([first, second]);
  assert.deepEqual(answered, ["first a", "second b"]);
  await cloud.stop();
});
