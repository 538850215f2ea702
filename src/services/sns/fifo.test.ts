import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

describe("FIFO topics", () => {
  let cloud: TestCloud;
  let sns: Client<"sns">;
  let sqs: Client<"sqs">;
  let TopicArn: string;
  let QueueUrl: string;
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:mails.fifo";

  beforeEach(async () => {
    cloud = createTestCloud();
    sns = cloud.clients.sns(cloud.caller);
    sqs = cloud.clients.sqs(cloud.caller);
    ({ TopicArn = "" } = await sns.CreateTopic({
      Name: "news.fifo",
      Attributes: { FifoTopic: "true" },
    }));
    ({ QueueUrl = "" } = await sqs.CreateQueue({
      QueueName: "mails.fifo",
      Attributes: { FifoQueue: "true" },
    }));
    await sns.Subscribe({
      TopicArn,
      Protocol: "sqs",
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: "true" },
    });
  });
  afterEach(() => cloud.stop());

  const publish = (Message: string, MessageGroupId = "g", MessageDeduplicationId = Message) =>
    sns.Publish({ TopicArn, Message, MessageGroupId, MessageDeduplicationId });
  const receive = async () => {
    await cloud.advance("0s");
    const { Messages = [] } = await sqs.ReceiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All"],
    });
    return Messages;
  };

  test("messages reach a queue in order, with group and deduplication id", async () => {
    for (const message of ["1", "2", "3"]) await publish(message);
    const messages = await receive();
    assert.deepEqual(
      messages.map(({ Body }) => Body),
      ["1", "2", "3"],
    );
    assert.equal(messages[0]?.Attributes?.MessageGroupId, "g");
    assert.equal(messages[0].Attributes.MessageDeduplicationId, "1");
  });

  test("a message published twice within five minutes is taken once", async () => {
    const first = await publish("1", "g", "id");
    const again = await publish("1", "g", "id");
    assert.match(first.SequenceNumber ?? "", /^\d{20}$/);
    assert.deepEqual(again, first);
    assert.equal((await receive()).length, 1);
    await cloud.advance("5m");
    assert.notEqual((await publish("1", "g", "id")).MessageId, first.MessageId);
  });

  test("standard queues can listen, too; web servers cannot", async () => {
    await sqs.CreateQueue({ QueueName: "plain" });
    await sns.Subscribe({
      TopicArn,
      Protocol: "sqs",
      Endpoint: "arn:aws:sqs:us-east-1:123456789012:plain",
    });
    const { SequenceNumber } = await publish("1");
    await cloud.advance("0s");
    const { Messages } = await sqs.ReceiveMessage({
      QueueUrl: QueueUrl.replace("mails.fifo", "plain"),
    });
    const envelope = JSON.parse(Messages?.[0]?.Body ?? "{}") as Record<string, unknown>;
    assert.equal(envelope.SequenceNumber, SequenceNumber);
    await assert.rejects(
      sns.Subscribe({ TopicArn, Protocol: "http", Endpoint: "http://127.0.0.1/" }),
      {
        code: "InvalidParameterException",
        message: "Invalid parameter: Invalid protocol type: http",
      },
    );
  });

  test("group and deduplication id are needed; in a batch each entry fails alone", async () => {
    await assert.rejects(sns.Publish({ TopicArn, Message: "x" }), {
      message: "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    });
    const { Successful, Failed } = await sns.PublishBatch({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: "a", Message: "x", MessageGroupId: "g" },
        { Id: "b", Message: "x", MessageGroupId: "g", MessageDeduplicationId: "1" },
      ],
    });
    assert.equal(Successful?.[0]?.Id, "b");
    assert.equal(Failed?.[0]?.Id, "a");
    assert.match(Failed[0].Message ?? "", /ContentBasedDeduplication enabled or/);
  });

  test("names and attributes tell the kinds of topics apart", async () => {
    await assert.rejects(sns.CreateTopic({ Name: "other.fifo" }), {
      message: "Invalid parameter: Topic Name",
    });
    await assert.rejects(sns.CreateTopic({ Name: "other", Attributes: { FifoTopic: "true" } }), {
      code: "InvalidParameterException",
    });
    await assert.rejects(
      sns.SetTopicAttributes({
        TopicArn,
        AttributeName: "ArchivePolicy",
        AttributeValue: '{"MessageRetentionPeriod":"30"}',
      }),
      { code: "NotImplemented", message: /archives of FIFO topics/ },
    );
    const { Attributes } = await sns.GetTopicAttributes({ TopicArn });
    assert.equal(Attributes?.FifoTopic, "true");
    assert.equal(Attributes.ContentBasedDeduplication, "false");
  });
});
