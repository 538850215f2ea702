import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";

test("a replay that starts can be cancelled, also one of nothing", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const events = cloud.clients.events(cloud.caller);
  const { EventBusArn } = await events.CreateEventBus({ Name: "orders" });
  const { ArchiveArn } = await events.CreateArchive({
    ArchiveName: "all",
    EventSourceArn: EventBusArn,
  });
  const replay = { ReplayName: "none" };
  await events.StartReplay({
    ...replay,
    EventSourceArn: ArchiveArn,
    EventStartTime: dateOf(0),
    EventEndTime: dateOf(1000),
    Destination: { Arn: EventBusArn },
  });
  await cloud.advance("1s");
  assert.equal((await events.DescribeReplay(replay)).State, "STARTING");
  assert.equal((await events.CancelReplay(replay)).State, "CANCELLING");
  await cloud.advance("1s");
  assert.equal((await events.DescribeReplay(replay)).State, "CANCELLED");
});

test("an archive keeps what its pattern wants, and a replay sends it again", async () => {
  const cloud = createTestCloud();
  const events = cloud.clients.events(cloud.caller);
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "inbox" });
  const { EventBusArn } = await events.CreateEventBus({ Name: "orders" });
  const EventSourceArn = EventBusArn;
  const { ArchiveArn } = await events.CreateArchive({
    ArchiveName: "big",
    EventSourceArn,
    EventPattern: '{"detail":{"n":[{"numeric":[">",1]}]}}',
    RetentionDays: 2,
  });
  const startMs = cloud.clock.now();
  const put = (n: number) => ({
    Source: "shop",
    DetailType: "t",
    Detail: JSON.stringify({ n }),
    EventBusName: "orders",
  });
  await events.PutEvents({ Entries: [put(1), put(2), put(3)] });
  await cloud.advance("1m");
  assert.equal((await events.DescribeArchive({ ArchiveName: "big" })).EventCount, 2);
  await events.PutRule({ Name: "r", EventBusName: "orders", EventPattern: '{"source":["shop"]}' });
  await events.PutTargets({
    Rule: "r",
    EventBusName: "orders",
    Targets: [{ Id: "q", Arn: "arn:aws:sqs:us-east-1:123456789012:inbox" }],
  });
  const replay = {
    ReplayName: "again",
    EventSourceArn: ArchiveArn,
    EventStartTime: dateOf(startMs - 1000),
    EventEndTime: dateOf(startMs + 1000),
    Destination: { Arn: EventBusArn },
  };
  assert.equal((await events.StartReplay(replay)).State, "STARTING");
  await cloud.advance("1m");
  assert.equal((await events.DescribeReplay({ ReplayName: "again" })).State, "COMPLETED");
  const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  const bodies = Messages.map(({ Body }) => JSON.parse(Body!) as Record<string, unknown>);
  assert.deepEqual(
    new Set(bodies.map((body) => JSON.stringify([body["replay-name"], body["detail"]]))),
    new Set(['["again",{"n":2}]', '["again",{"n":3}]']),
  );
  assert.equal((await events.DescribeArchive({ ArchiveName: "big" })).EventCount, 2);
  await assert.rejects(events.StartReplay(replay), { code: "ResourceAlreadyExistsException" });
  await assert.rejects(events.CancelReplay({ ReplayName: "again" }), {
    code: "IllegalStatusException",
  });
  await cloud.advance("3d");
  assert.equal((await events.DescribeArchive({ ArchiveName: "big" })).EventCount, 0);
  await assert.rejects(events.DeleteRule({ Name: "Events-Archive-big", EventBusName: "orders" }), {
    code: "ManagedRuleException",
  });
  await events.DeleteArchive({ ArchiveName: "big" });
  assert.equal((await events.ListRules({ EventBusName: "orders" })).Rules?.length, 1);
  await cloud.stop();
});
