import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

describe("FIFO queues", () => {
  let cloud: TestCloud;
  let sqs: Client<"sqs">;
  let url: string;

  beforeEach(async () => {
    cloud = createTestCloud();
    sqs = cloud.clients.sqs(cloud.caller);
    url = await create("orders.fifo");
  });
  afterEach(() => cloud.stop());

  const create = async (name: string, attributes: Record<string, string> = {}) => {
    const { QueueUrl = "" } = await sqs.CreateQueue({
      QueueName: name,
      Attributes: { FifoQueue: "true", ...attributes },
    });
    return QueueUrl;
  };
  const send = (body: string, group: string, id = body, to = url) =>
    sqs.SendMessage({
      QueueUrl: to,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: id,
    });
  const receive = async (most = 10, more: object = {}) => {
    const { Messages = [] } = await sqs.ReceiveMessage({
      QueueUrl: url,
      MaxNumberOfMessages: most,
      MessageSystemAttributeNames: ["All"],
      ...more,
    });
    return Messages;
  };
  const bodies = async (most?: number) => (await receive(most)).map(({ Body }) => Body);
  const remove = (ReceiptHandle: string | undefined) =>
    sqs.DeleteMessage({ QueueUrl: url, ReceiptHandle });

  test("a group's messages leave in order, and none while one of them is in flight", async () => {
    for (const body of ["a1", "a2", "a3"]) await send(body, "a");
    await send("b1", "b");
    const [first] = await receive(1);
    assert.equal(first!.Body, "a1");
    assert.deepEqual(await bodies(), ["b1"]);
    assert.deepEqual(await bodies(), []);
    await remove(first!.ReceiptHandle);
    assert.deepEqual(await bodies(), ["a2", "a3"]);
  });

  test("one call takes as many of one group as there are, then of the next", async () => {
    for (const body of ["a1", "b1", "a2", "b2"]) await send(body, body[0]!);
    assert.deepEqual(await bodies(3), ["a1", "a2", "b1"]);
  });

  test("messages that come back come first again", async () => {
    for (const body of ["1", "2", "3"]) await send(body, "a");
    const [one, two] = await receive(2);
    await remove(one!.ReceiptHandle);
    await sqs.ChangeMessageVisibility({
      QueueUrl: url,
      ReceiptHandle: two!.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    await send("4", "a");
    assert.deepEqual(await bodies(), ["2", "3", "4"]);
    await cloud.advance("30s");
    assert.deepEqual(await bodies(), ["2", "3", "4"]);
  });

  test("a group waits until the last of its messages is visible again", async () => {
    for (const body of ["1", "2"]) await send(body, "a");
    const [, two] = await receive(2);
    await sqs.ChangeMessageVisibility({
      QueueUrl: url,
      ReceiptHandle: two!.ReceiptHandle,
      VisibilityTimeout: 60,
    });
    await cloud.advance("30s");
    assert.deepEqual(await bodies(), []);
    await cloud.advance("30s");
    assert.deepEqual(await bodies(), ["1", "2"]);
  });

  test("a long poll sees the next of a group as soon as the one before is deleted", async () => {
    await send("1", "a");
    await send("2", "a");
    const [one] = await receive(1);
    const waiting = receive(1, { WaitTimeSeconds: 10 });
    await cloud.advance("2s");
    await remove(one!.ReceiptHandle);
    assert.equal((await waiting)[0]!.Body, "2");
  });

  test("a message sent twice within five minutes is taken once, even when it is gone", async () => {
    const first = await send("one", "a", "id-1");
    const again = await send("another", "b", "id-1");
    assert.equal(again.MessageId, first.MessageId);
    assert.equal(again.SequenceNumber, first.SequenceNumber);
    const [message] = await receive();
    await remove(message!.ReceiptHandle);
    await cloud.advance("4m59s");
    await send("another", "a", "id-1");
    assert.deepEqual(await bodies(), []);
    await cloud.advance("1s");
    await send("another", "a", "id-1");
    assert.deepEqual(await bodies(), ["another"]);
  });

  test("content-based deduplication takes the body's SHA-256 for the id", async () => {
    url = await create("content.fifo", { ContentBasedDeduplication: "true" });
    const hello = { QueueUrl: url, MessageBody: "hello", MessageGroupId: "a" };
    await sqs.SendMessage(hello);
    await sqs.SendMessage({
      ...hello,
      MessageAttributes: { n: { DataType: "Number", StringValue: "1" } },
    });
    const [message, ...others] = await receive();
    assert.equal(others.length, 0);
    assert.equal(
      message!.Attributes!.MessageDeduplicationId,
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    );
  });

  test("with DeduplicationScope messageGroup each group knows its own ids", async () => {
    url = await create("groups.fifo", {
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    });
    for (const group of ["a", "b", "a"]) await send(`of ${group}`, group, "same");
    assert.deepEqual(await bodies(), ["of a", "of b"]);
  });

  test("sequence numbers grow, and a message tells group, id and number", async () => {
    const one = await send("one", "a");
    const two = await send("two", "a");
    assert.match(one.SequenceNumber!, /^\d{20}$/);
    assert.ok(one.SequenceNumber! < two.SequenceNumber!);
    const [first] = await receive();
    assert.equal(first!.Attributes!.SequenceNumber, one.SequenceNumber);
    assert.equal(first!.Attributes!.MessageGroupId, "a");
    assert.equal(first!.Attributes!.MessageDeduplicationId, "one");
  });

  test("group and deduplication id are needed, and a delay of one message is refused", async () => {
    await assert.rejects(sqs.SendMessage({ QueueUrl: url, MessageBody: "x" }), {
      code: "MissingParameter",
      message: "The request must contain the parameter MessageGroupId.",
    });
    await assert.rejects(
      sqs.SendMessage({ QueueUrl: url, MessageBody: "x", MessageGroupId: "a" }),
      {
        code: "InvalidParameterValue",
        message:
          "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
      },
    );
    const delayed = {
      QueueUrl: url,
      MessageBody: "x",
      MessageGroupId: "a",
      MessageDeduplicationId: "1",
      DelaySeconds: 5,
    };
    await assert.rejects(sqs.SendMessage(delayed), {
      code: "InvalidParameterValue",
      message:
        "Value 5 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
    });
    await sqs.SendMessage({ ...delayed, DelaySeconds: 0 });
  });

  test("the queue's delay holds messages back in order", async () => {
    url = await create("late.fifo", { DelaySeconds: "60" });
    await send("1", "a");
    await cloud.advance("10s");
    await send("2", "a");
    await cloud.advance("50s");
    assert.deepEqual(await bodies(), ["1"]);
    await cloud.advance("30s");
    assert.deepEqual(await bodies(), ["1", "2"]);
  });

  test("a handle whose visibility timeout is over deletes nothing and is refused", async () => {
    await send("1", "a");
    const [message] = await receive();
    await cloud.advance("30s");
    const handle = message!.ReceiptHandle;
    await assert.rejects(remove(handle), {
      code: "InvalidParameterValue",
      message: `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    });
    assert.deepEqual(await bodies(), ["1"]);
  });

  test("a dead letter makes way for its group and keeps its own", async () => {
    const deadUrl = await create("dead.fifo");
    const { Attributes: dead } = await sqs.GetQueueAttributes({
      QueueUrl: deadUrl,
      AttributeNames: ["QueueArn"],
    });
    const policy = { deadLetterTargetArn: dead!.QueueArn, maxReceiveCount: "1" };
    const RedrivePolicy = JSON.stringify(policy);
    await sqs.SetQueueAttributes({ QueueUrl: url, Attributes: { RedrivePolicy } });
    await send("1", "a");
    await send("2", "a");
    await receive(1);
    await cloud.advance("30s");
    assert.deepEqual(await bodies(), ["2"]);
    url = deadUrl;
    const [letter] = await receive();
    assert.equal(letter!.Body, "1");
    assert.equal(letter!.Attributes!.MessageGroupId, "a");
    assert.match(letter!.Attributes!.DeadLetterQueueSourceArn!, /orders\.fifo$/);
  });

  test("a dead-letter queue must be there and of the same kind", async () => {
    const set = (name: string) =>
      sqs.SetQueueAttributes({
        QueueUrl: url,
        Attributes: {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: `arn:aws:sqs:us-east-1:123456789012:${name}`,
            maxReceiveCount: 3,
          }),
        },
      });
    await sqs.CreateQueue({ QueueName: "plain" });
    await assert.rejects(set("nowhere.fifo"), { code: "InvalidParameterValue" });
    await assert.rejects(set("plain"), {
      code: "InvalidParameterValue",
      message: /must be same type of queue as the source\.$/,
    });
  });

  test("a repeated receive attempt gives the same messages under the same handles", async () => {
    for (const body of ["1", "2"]) await send(body, "a");
    const attempt = { ReceiveRequestAttemptId: "try-1" };
    const first = await receive(1, attempt);
    const again = await receive(1, attempt);
    assert.deepEqual(again, first);
    assert.deepEqual(await bodies(), []);
    await remove(again[0]!.ReceiptHandle);
    assert.equal((await receive(1, attempt))[0]!.Body, "2");
  });

  test("a purge takes what was sent before it, and what comes later stays in order", async () => {
    for (const body of ["1", "2"]) await send(body, "a");
    await receive(1);
    await sqs.PurgeQueue({ QueueUrl: url });
    await send("3", "a");
    await send("4", "a");
    assert.deepEqual(await bodies(), ["3", "4"]);
  });

  test("a queue made again remembers nothing of the old one", async () => {
    await send("1", "a");
    await receive();
    await sqs.DeleteQueue({ QueueUrl: url });
    await create("orders.fifo");
    await send("1", "a");
    assert.deepEqual(await bodies(), ["1"]);
    await cloud.advance("1s");
  });

  test("names and attributes tell the kinds of queues apart", async () => {
    await assert.rejects(create("orders"), { code: "InvalidParameterValue" });
    await assert.rejects(sqs.CreateQueue({ QueueName: "other.fifo" }), {
      code: "InvalidParameterValue",
      message:
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    });
    await assert.rejects(
      sqs.CreateQueue({ QueueName: "plain", Attributes: { ContentBasedDeduplication: "true" } }),
      { code: "InvalidAttributeName", message: "Unknown Attribute ContentBasedDeduplication." },
    );
    await assert.rejects(create("fast.fifo", { FifoThroughputLimit: "perMessageGroupId" }), {
      code: "InvalidAttributeValue",
    });
    await assert.rejects(
      sqs.SetQueueAttributes({ QueueUrl: url, Attributes: { FifoQueue: "false" } }),
      {
        code: "InvalidAttributeValue",
        message:
          "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
      },
    );
    const { Attributes } = await sqs.GetQueueAttributes({
      QueueUrl: url,
      AttributeNames: ["All"],
    });
    assert.equal(Attributes?.FifoQueue, "true");
    assert.equal(Attributes.DeduplicationScope, "queue");
  });

  test("a standard queue keeps a message's group and refuses a deduplication id", async () => {
    const { QueueUrl = "" } = await sqs.CreateQueue({ QueueName: "plain" });
    url = QueueUrl;
    await sqs.SendMessage({ QueueUrl: url, MessageBody: "x", MessageGroupId: "tenant-7" });
    const [message] = await receive();
    assert.equal(message!.Attributes!.MessageGroupId, "tenant-7");
    assert.equal(message!.Attributes!.SequenceNumber, undefined);
    await assert.rejects(send("y", "a"), {
      code: "InvalidParameterValue",
      message: /^Value y for parameter MessageDeduplicationId is invalid\./,
    });
  });
});
