import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

describe("standard queues", () => {
  let cloud: TestCloud;
  let sqs: Client<"sqs">;
  let url: string;

  beforeEach(async () => {
    cloud = createTestCloud();
    sqs = cloud.clients.sqs(cloud.caller);
    ({ QueueUrl: url = "" } = await sqs.CreateQueue({ QueueName: "orders" }));
  });
  afterEach(() => cloud.stop());

  const receive = (seconds = 0) =>
    sqs.ReceiveMessage({
      QueueUrl: url,
      WaitTimeSeconds: seconds,
      AttributeNames: ["All"],
      MaxNumberOfMessages: 10,
    });

  test("a queue's URL names the account and the queue", () => {
    assert.equal(url, "http://127.0.0.1:4566/123456789012/orders");
  });

  test("making a queue again is fine with the same attributes and refused with others", async () => {
    await sqs.CreateQueue({ QueueName: "orders", Attributes: { VisibilityTimeout: "30" } });
    await assert.rejects(
      sqs.CreateQueue({ QueueName: "orders", Attributes: { VisibilityTimeout: "31" } }),
      { code: "QueueNameExists" },
    );
  });

  test("a message is invisible until its timeout passes", async () => {
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "one" });
    const first = await receive();
    assert.equal(first.Messages?.[0]?.Body, "one");
    assert.deepEqual(await receive(), {});
    await cloud.advance("29s");
    assert.deepEqual(await receive(), {});
    await cloud.advance("1s");
    const second = await receive();
    assert.equal(second.Messages?.[0]?.Attributes?.ApproximateReceiveCount, "2");
    assert.equal(second.Messages[0].MessageId, first.Messages[0]?.MessageId);
  });

  test("a delayed message appears when its delay is over", async () => {
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "later", DelaySeconds: 60 });
    const waiting = receive(20);
    await cloud.advance("20s");
    assert.deepEqual(await waiting, {});
    await cloud.advance("40s");
    assert.equal((await receive()).Messages?.length, 1);
  });

  test("a long poll ends as soon as a message is sent", async () => {
    const waiting = receive(20);
    await cloud.advance("3s");
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "now" });
    assert.equal((await waiting).Messages?.[0]?.Body, "now");
  });

  test("one message wakes one of two waiting polls", async () => {
    const polls = [receive(5), receive(5)];
    await cloud.advance("1s");
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "once" });
    await cloud.advance("5s");
    const bodies = (await Promise.all(polls)).map(({ Messages }) => Messages?.[0]?.Body);
    assert.deepEqual(bodies.filter(Boolean), ["once"]);
  });

  test("a long poll sees a message whose visibility ends while it waits", async () => {
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "back" });
    await receive();
    await cloud.advance("20s");
    const waiting = receive(20);
    await cloud.advance("10s");
    assert.equal((await waiting).Messages?.[0]?.Body, "back");
  });

  test("a deleted message stays away, and a stale handle deletes nothing", async () => {
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "x" });
    const stale = (await receive()).Messages?.[0]?.ReceiptHandle ?? "";
    await cloud.advance("30s");
    const fresh = (await receive()).Messages?.[0]?.ReceiptHandle ?? "";
    await sqs.DeleteMessage({ QueueUrl: url, ReceiptHandle: stale });
    await cloud.advance("30s");
    assert.equal((await receive()).Messages?.length, 1);
    await sqs.DeleteMessage({ QueueUrl: url, ReceiptHandle: fresh });
    await assert.rejects(sqs.DeleteMessage({ QueueUrl: url, ReceiptHandle: "nonsense" }), {
      code: "ReceiptHandleIsInvalid",
    });
  });

  test("ChangeMessageVisibility hides longer, shows at once, and refuses what is not in flight", async () => {
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "x" });
    const handle = (await receive()).Messages?.[0]?.ReceiptHandle ?? "";
    const change = (VisibilityTimeout: number) =>
      sqs.ChangeMessageVisibility({ QueueUrl: url, ReceiptHandle: handle, VisibilityTimeout });
    await change(100);
    await cloud.advance("99s");
    assert.deepEqual(await receive(), {});
    await change(0);
    await assert.rejects(change(5), { code: "MessageNotInflight" });
    assert.equal((await receive()).Messages?.length, 1);
  });

  test("after maxReceiveCount receives a message moves to the dead-letter queue", async () => {
    const { QueueUrl: deadUrl } = await sqs.CreateQueue({ QueueName: "dead" });
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:dead";
    await sqs.SetQueueAttributes({
      QueueUrl: url,
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }) },
    });
    const { MessageId } = await sqs.SendMessage({ QueueUrl: url, MessageBody: "poison" });
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.equal((await receive()).Messages?.length, 1);
      await cloud.advance("30s");
    }
    assert.deepEqual(await receive(), {});
    const moved = await sqs.ReceiveMessage({ QueueUrl: deadUrl, AttributeNames: ["All"] });
    assert.equal(moved.Messages?.[0]?.MessageId, MessageId);
    assert.equal(
      moved.Messages?.[0]?.Attributes?.DeadLetterQueueSourceArn,
      "arn:aws:sqs:us-east-1:123456789012:orders",
    );
    const sources = await sqs.ListDeadLetterSourceQueues({ QueueUrl: deadUrl });
    assert.deepEqual(sources.queueUrls, [url]);
  });

  test("the counts tell visible, in-flight and delayed messages apart", async () => {
    for (const DelaySeconds of [0, 0, 0, 90])
      await sqs.SendMessage({ QueueUrl: url, MessageBody: "m", DelaySeconds });
    await sqs.ReceiveMessage({ QueueUrl: url });
    const { Attributes } = await sqs.GetQueueAttributes({
      QueueUrl: url,
      AttributeNames: ["All"],
    });
    assert.equal(Attributes?.ApproximateNumberOfMessages, "2");
    assert.equal(Attributes.ApproximateNumberOfMessagesNotVisible, "1");
    assert.equal(Attributes.ApproximateNumberOfMessagesDelayed, "1");
  });

  test("messages go when the retention period is over", async () => {
    await sqs.SetQueueAttributes({ QueueUrl: url, Attributes: { MessageRetentionPeriod: "60" } });
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "old" });
    await cloud.advance("3m");
    const { Attributes } = await sqs.GetQueueAttributes({
      QueueUrl: url,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    assert.deepEqual(Attributes, { ApproximateNumberOfMessages: "0" });
  });

  test("a purge empties the queue, for those who wait too, once a minute", async () => {
    for (let index = 0; index < 12; index++)
      await sqs.SendMessage({ QueueUrl: url, MessageBody: "m" });
    await sqs.PurgeQueue({ QueueUrl: url });
    const waiting = receive(5);
    await assert.rejects(sqs.PurgeQueue({ QueueUrl: url }), { code: "PurgeQueueInProgress" });
    await cloud.advance("1s");
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "after" });
    assert.deepEqual(
      (await waiting).Messages?.map(({ Body }) => Body),
      ["after"],
    );
  });

  test("a batch reports each entry's success or failure", async () => {
    const result = await sqs.SendMessageBatch({
      QueueUrl: url,
      Entries: [
        { Id: "a", MessageBody: "fine" },
        { Id: "b", MessageBody: "too late", DelaySeconds: 901 },
      ],
    });
    assert.deepEqual(
      result.Successful?.map(({ Id }) => Id),
      ["a"],
    );
    assert.equal(result.Failed?.[0]?.Code, "InvalidParameterValue");
    await assert.rejects(
      sqs.SendMessageBatch({
        QueueUrl: url,
        Entries: [
          { Id: "a", MessageBody: "1" },
          { Id: "a", MessageBody: "2" },
        ],
      }),
      { code: "BatchEntryIdsNotDistinct" },
    );
  });

  test("message attributes come back with the digest that AWS documents", async () => {
    const MessageAttributes = { city: { DataType: "String", StringValue: "Any City" } };
    const sent = await sqs.SendMessage({ QueueUrl: url, MessageBody: "x", MessageAttributes });
    const got = await sqs.ReceiveMessage({ QueueUrl: url, MessageAttributeNames: ["All"] });
    assert.deepEqual(got.Messages?.[0]?.MessageAttributes, MessageAttributes);
    assert.equal(got.Messages[0].MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.equal(sent.MD5OfMessageAttributes, "a6ffb68ea212e1f864e24e589a1bda87");
  });

  test("a queue that does not exist is told apart from one that does", async () => {
    await assert.rejects(sqs.GetQueueUrl({ QueueName: "none" }), { code: "QueueDoesNotExist" });
    await sqs.DeleteQueue({ QueueUrl: url });
    await assert.rejects(sqs.SendMessage({ QueueUrl: url, MessageBody: "x" }), {
      code: "QueueDoesNotExist",
    });
  });
});
