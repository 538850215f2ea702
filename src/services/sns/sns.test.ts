import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

describe("topics", () => {
  let cloud: TestCloud;
  let sns: Client<"sns">;
  let sqs: Client<"sqs">;
  let TopicArn: string;
  let QueueUrl: string;
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:mails";

  beforeEach(async () => {
    cloud = createTestCloud();
    sns = cloud.clients.sns(cloud.caller);
    sqs = cloud.clients.sqs(cloud.caller);
    ({ TopicArn = "" } = await sns.CreateTopic({ Name: "news" }));
    ({ QueueUrl = "" } = await sqs.CreateQueue({ QueueName: "mails" }));
  });
  afterEach(() => cloud.stop());

  const bodies = async () => {
    await cloud.advance("0s");
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    return Messages.map(({ Body = "" }) => Body);
  };

  test("a message reaches a subscribed queue in an envelope", async () => {
    await sns.Subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArn });
    const { MessageId } = await sns.Publish({ TopicArn, Message: "hello", Subject: "greeting" });
    const [body = "{}"] = await bodies();
    const envelope = JSON.parse(body) as Record<string, unknown>;
    assert.equal(envelope.Type, "Notification");
    assert.equal(envelope.MessageId, MessageId);
    assert.equal(envelope.TopicArn, TopicArn);
    assert.equal(envelope.Subject, "greeting");
    assert.equal(envelope.Message, "hello");
  });

  test("raw delivery brings the bare message with its attributes", async () => {
    const Attributes = { RawMessageDelivery: "true" };
    await sns.Subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArn, Attributes });
    const MessageAttributes = { kind: { DataType: "String", StringValue: "x" } };
    await sns.Publish({ TopicArn, Message: "bare", MessageAttributes });
    await cloud.advance("0s");
    const { Messages } = await sqs.ReceiveMessage({ QueueUrl, MessageAttributeNames: ["All"] });
    assert.equal(Messages?.[0]?.Body, "bare");
    assert.deepEqual(Messages[0].MessageAttributes, MessageAttributes);
  });

  test("a filter policy keeps unwanted messages away", async () => {
    const Attributes = {
      RawMessageDelivery: "true",
      FilterPolicy: JSON.stringify({ color: ["red"] }),
    };
    await sns.Subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArn, Attributes });
    for (const color of ["red", "blue"])
      await sns.Publish({
        TopicArn,
        Message: color,
        MessageAttributes: { color: { DataType: "String", StringValue: color } },
      });
    assert.deepEqual(await bodies(), ["red"]);
  });

  test("what cannot be delivered goes to the subscription's dead-letter queue", async () => {
    const gone = "arn:aws:sqs:us-east-1:123456789012:gone";
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn });
    await sns.Subscribe({
      TopicArn,
      Protocol: "sqs",
      Endpoint: gone,
      Attributes: { RedrivePolicy },
    });
    await sns.Publish({ TopicArn, Message: "lost" });
    const [body = "{}"] = await bodies();
    assert.equal((JSON.parse(body) as { Message: string }).Message, "lost");
  });

  test("a mail subscription waits for its confirmation", async () => {
    const { SubscriptionArn } = await sns.Subscribe({
      TopicArn,
      Protocol: "email",
      Endpoint: "ops@example.com",
    });
    assert.equal(SubscriptionArn, "pending confirmation");
    await cloud.advance("1m");
    const { Subscriptions } = await sns.ListSubscriptionsByTopic({ TopicArn });
    assert.equal(Subscriptions?.[0]?.SubscriptionArn, "PendingConfirmation");
    await assert.rejects(sns.Subscribe({ TopicArn, Protocol: "email", Endpoint: "nobody" }), {
      message: "Invalid parameter: Email address",
    });
  });

  test("protocols that are not there say so", async () => {
    await assert.rejects(sns.Subscribe({ TopicArn, Protocol: "sms", Endpoint: "+15550100" }), {
      code: "NotImplemented",
    });
    await assert.rejects(sns.Publish({ TopicArn: `${TopicArn}x`, Message: "m" }), {
      code: "NotFoundException",
      message: "Topic does not exist",
    });
  });

  describe("with a web server", () => {
    let server: Server;
    let url: string;
    let status: number;
    let received: Record<string, string>[];

    beforeEach(async () => {
      status = 200;
      received = [];
      server = createServer((request, response) => {
        let text = "";
        request.on("data", (piece) => (text += String(piece)));
        request.on("end", () => {
          received.push(JSON.parse(text) as Record<string, string>);
          response.writeHead(status).end();
        });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    });
    afterEach(() => server.close());

    const confirm = async () => {
      await sns.Subscribe({ TopicArn, Protocol: "http", Endpoint: url });
      await cloud.advance("0s");
      await sns.ConfirmSubscription({ TopicArn, Token: received[0]?.Token });
      received.length = 0;
    };

    test("a URL confirms before it gets messages", async () => {
      const { SubscriptionArn } = await sns.Subscribe({
        TopicArn,
        Protocol: "http",
        Endpoint: url,
      });
      assert.equal(SubscriptionArn, "pending confirmation");
      await sns.Publish({ TopicArn, Message: "too early" });
      await cloud.advance("0s");
      assert.deepEqual(
        received.map(({ Type }) => Type),
        ["SubscriptionConfirmation"],
      );
      await sns.ConfirmSubscription({ TopicArn, Token: received[0]?.Token });
      await sns.Publish({ TopicArn, Message: "in time" });
      await cloud.advance("0s");
      assert.equal(received[1]?.Message, "in time");
    });

    test("a failing URL is tried three more times, twenty seconds apart", async () => {
      await confirm();
      status = 500;
      await sns.Publish({ TopicArn, Message: "try" });
      await cloud.advance("19s");
      assert.equal(received.length, 1);
      await cloud.advance("1s");
      assert.equal(received.length, 2);
      await cloud.advance("10m");
      assert.equal(received.length, 4);
    });

    test("a client error is final", async () => {
      await confirm();
      status = 404;
      await sns.Publish({ TopicArn, Message: "never" });
      await cloud.advance("10m");
      assert.equal(received.length, 1);
    });
  });
});
