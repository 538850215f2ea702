import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { asService } from "#services/kit/principal.ts";

interface Received {
  id: string;
  source: string;
  time: string;
  resources: string[];
  detail: Record<string, unknown>;
  "detail-type": string;
}

async function createScene() {
  const cloud = createTestCloud();
  const events = cloud.clients.events(cloud.caller);
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "inbox" });
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:inbox";
  const receive = async () => {
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(({ Body }) => Body!);
  };
  return { cloud, events, sqs, queueArn, receive };
}

test("an event that a rule wants comes to the rule's queue, another does not", async () => {
  const { cloud, events, queueArn, receive } = await createScene();
  await events.PutRule({
    Name: "orders",
    EventPattern: '{"source":["shop"],"detail":{"n":[{"numeric":[">",1]}]}}',
  });
  await events.PutTargets({ Rule: "orders", Targets: [{ Id: "q", Arn: queueArn }] });
  const answer = await events.PutEvents({
    Entries: [
      { Source: "shop", DetailType: "Order", Detail: '{"n":2}', Resources: ["r"] },
      { Source: "shop", DetailType: "Order", Detail: '{"n":1}' },
    ],
  });
  assert.equal(answer.FailedEntryCount, 0);
  await cloud.advance("1s");
  const [body, ...rest] = await receive();
  assert.deepEqual(rest, []);
  const event = JSON.parse(body!) as Received;
  assert.equal(event.id, answer.Entries?.[0]?.EventId);
  assert.equal(event["detail-type"], "Order");
  assert.deepEqual(event.resources, ["r"]);
  assert.match(event.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await cloud.stop();
});

test("each entry is taken or refused by itself", async () => {
  const { cloud, events } = await createScene();
  const { Entries, FailedEntryCount } = await events.PutEvents({
    Entries: [
      { DetailType: "t", Detail: "{}" },
      { Source: "s", DetailType: "t", Detail: "no json" },
      { Source: "aws.ec2", DetailType: "t", Detail: "{}" },
      { Source: "s", DetailType: "t", Detail: "{}" },
    ],
  });
  assert.equal(FailedEntryCount, 3);
  assert.deepEqual(
    Entries?.map(({ ErrorCode }) => ErrorCode),
    ["InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException", undefined],
  );
  await cloud.stop();
});

test("services put events of their own", async () => {
  const { cloud, events, queueArn, receive } = await createScene();
  await events.PutRule({ Name: "states", EventPattern: '{"source":[{"prefix":"aws."}]}' });
  await events.PutTargets({
    Rule: "states",
    Targets: [{ Id: "q", Arn: queueArn, InputPath: "$.detail" }],
  });
  const ec2 = cloud.clients.events(asService(cloud.caller, "ec2.amazonaws.com"));
  await ec2.PutEvents({
    Entries: [{ Source: "aws.ec2", DetailType: "t", Detail: '{"state":"running"}' }],
  });
  await cloud.advance("1s");
  assert.deepEqual(await receive(), ['{"state":"running"}']);
  await cloud.stop();
});

test("a topic and another bus are targets too", async () => {
  const { cloud, events, queueArn, receive } = await createScene();
  const sns = cloud.clients.sns(cloud.caller);
  const { TopicArn } = await sns.CreateTopic({ Name: "news" });
  await sns.Subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: queueArn,
    Attributes: { RawMessageDelivery: "true" },
  });
  const { EventBusArn } = await events.CreateEventBus({ Name: "other" });
  await events.PutRule({ Name: "forward", EventPattern: '{"source":["shop"]}' });
  await events.PutTargets({ Rule: "forward", Targets: [{ Id: "bus", Arn: EventBusArn }] });
  await events.PutRule({
    Name: "tell",
    EventBusName: "other",
    EventPattern: '{"source":["shop"]}',
  });
  await events.PutTargets({
    Rule: "tell",
    EventBusName: EventBusArn,
    Targets: [
      {
        Id: "topic",
        Arn: TopicArn,
        InputTransformer: { InputPathsMap: { n: "$.detail.n" }, InputTemplate: '"order <n>"' },
      },
    ],
  });
  await events.PutEvents({ Entries: [{ Source: "shop", DetailType: "t", Detail: '{"n":7}' }] });
  await cloud.advance("1s");
  assert.deepEqual(await receive(), ['"order 7"']);
  await cloud.stop();
});

test("what cannot be delivered lies in the dead-letter queue, with the reason", async () => {
  const { cloud, events, sqs, queueArn } = await createScene();
  await events.PutRule({ Name: "r", EventPattern: '{"source":["shop"]}' });
  await events.PutTargets({
    Rule: "r",
    Targets: [{ Id: "q", Arn: `${queueArn}-gone`, DeadLetterConfig: { Arn: queueArn } }],
  });
  await events.PutEvents({ Entries: [{ Source: "shop", DetailType: "t", Detail: "{}" }] });
  await cloud.advance("1s");
  const { Messages } = await sqs.ReceiveMessage({
    QueueUrl: "http://127.0.0.1:4566/123456789012/inbox",
    MessageAttributeNames: ["All"],
  });
  const attributes = Messages?.[0]?.MessageAttributes;
  assert.equal(attributes?.ERROR_CODE?.StringValue, "NO_RESOURCE");
  assert.equal(attributes?.TARGET_ARN?.StringValue, `${queueArn}-gone`);
  assert.equal(attributes?.RULE_ARN?.StringValue, "arn:aws:events:us-east-1:123456789012:rule/r");
  await cloud.stop();
});

test("a scheduled rule acts in its time, and not while it is off", async () => {
  const { cloud, events, queueArn, receive } = await createScene();
  await events.PutRule({ Name: "tick", ScheduleExpression: "rate(5 minutes)" });
  await events.PutTargets({ Rule: "tick", Targets: [{ Id: "q", Arn: queueArn, Input: '"tick"' }] });
  await cloud.advance("16m");
  assert.deepEqual(await receive(), ['"tick"', '"tick"', '"tick"']);
  await events.DisableRule({ Name: "tick" });
  await cloud.advance("20m");
  assert.deepEqual(await receive(), []);
  await cloud.stop();
});

test("a target that no way leads to is refused by name", async () => {
  const { cloud, events } = await createScene();
  await events.PutRule({ Name: "r", EventPattern: '{"source":["shop"]}' });
  await assert.rejects(
    events.PutTargets({
      Rule: "r",
      Targets: [{ Id: "f", Arn: "arn:aws:states:us-east-1:123456789012:stateMachine:f" }],
    }),
    { code: "NotImplemented", message: /targets of the service states/ },
  );
  await cloud.stop();
});
