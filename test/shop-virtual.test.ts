/**
 * The shop's scenario under a virtual clock: two hours of load, trouble and calm on simulated
 * machines, and every step when AWS documents it.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DeleteBucketCommand, DeleteObjectCommand } from "@aws-sdk/client-s3";
import { artifactBucket } from "../examples/shop/scenario/stack.ts";
import { takeInventory } from "./shop/inventory.ts";
import { subscribeMailbox } from "./shop/mailbox.ts";
import { startSimulatedShop, type SimulatedShop } from "./shop/simulated-shop.ts";

const requestsPerTarget = 1000;
const backlogPerWorker = 10;

test("the shop grows and shrinks with its load, heals, and goes without a trace", async (t) => {
  const shop = await startSimulatedShop(t, {
    RequestsPerTarget: String(requestsPerTarget),
    BacklogPerWorker: String(backlogPerWorker),
    PeakHour: "15 13 * * *",
  });
  const { clients, machines, orders, stack } = shop;
  const mailbox = await subscribeMailbox(clients, stack.topicArn);

  await t.test(
    "one web server and one worker come up, and the web server takes traffic",
    async () => {
      const { webInService, workersInService, healthy } = await shop.look();
      assert.equal(webInService.length, 1);
      assert.equal(workersInService.length, 1);
      assert.deepEqual(healthy, webInService);
    },
  );

  await t.test("load below the target leaves the group as it is", async () => {
    shop.visitors(600);
    const { webDesired } = await shop.passUntil("12:10");
    assert.equal(webDesired, 1);
    assert.deepEqual(await mailbox.read(), []);
  });

  await t.test("three minutes above the target add servers in proportion", async () => {
    shop.visitors(3800);
    await shop.passUntil("12:20");
    assert.equal(shop.at("12:13:00").webDesired, 1);
    // One server got 3.8 times its share.
    assert.equal(shop.at("12:13:30").webDesired, 4);
    assert.equal(shop.at("12:14:30").healthy.length, 4);
    assert.equal(shop.at("12:20:00").webDesired, 4);
    const launches = await shop.activities(stack.webGroup, "12:01");
    assert.equal(launches.length, 3);
    for (const { Cause, Description, StatusCode } of launches) {
      assert.match(Description!, /^Launching a new EC2 instance: i-[0-9a-f]{17}$/);
      assert.equal(StatusCode, "Successful");
      assert.match(
        Cause!,
        /^At 2026-01-05T12:13:\d\dZ a monitor alarm TargetTracking-shop-WebGroup-\w+-AlarmHigh-[0-9a-f-]+ in state ALARM triggered policy shop-WebScaling-\w+ changing the desired capacity from 1 to 4\.  At 2026-01-05T12:13:\d\dZ an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 4\.$/,
      );
    }
  });

  await t.test("the busy alarm tells its topic when it starts and when it is over", async () => {
    const mails = await mailbox.read();
    assert.deepEqual(
      mails.map(({ oldState, newState, changed }) => [oldState, newState, changed.slice(11, 16)]),
      [
        ["OK", "ALARM", "12:11"],
        ["ALARM", "OK", "12:14"],
      ],
    );
    assert.match(mails[0]!.subject, /^ALARM: "shop-BusyAlarm-\w+" in US East \(N\. Virginia\)$/);
    assert.match(mails[0]!.reason, /^Threshold Crossed: 1 out of the last 1 datapoints \[3800\.0 /);
  });

  await t.test("workers follow the backlog per worker, up to the group's maximum", async () => {
    orders.perStep = 15;
    await shop.passUntil("12:26");
    orders.perStep = 0;
    assert.equal(shop.at("12:23:00").workersDesired, 1);
    assert.equal(shop.at("12:23:30").workersDesired, 3);
    assert.equal(shop.at("12:24:30").workersInService.length, 3);
    const launches = await shop.activities(stack.workerGroup, "12:01");
    assert.equal(launches.length, 2);
    for (const { Cause } of launches)
      assert.match(
        Cause!,
        /triggered policy shop-WorkerScaling-\w+ changing the desired .* to 3\./,
      );
  });

  await t.test("a server that dies leaves the balancer and is replaced by another", async () => {
    const { webInService } = await shop.look();
    const [killed] = webInService;
    machines.fail(killed!);
    const after = await shop.passUntil("12:30");
    assert.equal(after.webDesired, 4);
    assert.equal(after.healthy.length, 4);
    assert.ok(!after.webInService.includes(killed!));
    assert.ok(!shop.at("12:27").healthy.includes(killed!));
    const activities = await shop.activities(stack.webGroup, "12:26");
    assert.equal(activities.length, 2);
    const causeOf = (description: string) =>
      activities.find(({ Description }) => Description === description)?.Cause ?? "";
    assert.match(
      causeOf(`Terminating EC2 instance: ${killed}`),
      /an instance was taken out of service in response to an (EC2 instance status checks|ELB system health check) failure\.$/,
    );
    const fresh = after.webInService.filter((id) => !webInService.includes(id));
    assert.equal(fresh.length, 1);
    assert.match(
      causeOf(`Launching a new EC2 instance: ${fresh[0]}`),
      /an instance was launched in response to an unhealthy instance needing to be replaced\.$/,
    );
  });

  await t.test("an order that a dying worker held comes back and is worked off", async () => {
    const held = await orders.takeOne();
    assert.ok(held);
    const { workersInService } = await shop.look();
    machines.fail(workersInService[0]!);
    const after = await shop.passUntil("12:40");
    assert.equal(after.workersInService.length, 3);
    assert.ok(!after.workersInService.includes(workersInService[0]!));
    const recorded = await shop.fleet.recordedOrders();
    assert.ok(recorded.has(held.Body!));
    assert.deepEqual([...recorded].sort(), [...orders.placed].sort());
  });

  await t.test("fifteen minutes below nine tenths of the target take servers away", async () => {
    shop.visitors(600);
    await shop.passUntil("13:10");
    assert.equal(shop.at("12:40:00").webDesired, 4);
    assert.equal(shop.at("12:55:00").webDesired, 4);
    assert.equal(shop.at("12:55:30").webDesired, 1);
    assert.equal(shop.at("12:57:00").healthy.length, 1);
    const ended = await shop.activities(stack.webGroup, "12:40");
    assert.equal(ended.length, 3);
    for (const { Cause } of ended)
      assert.match(
        Cause!,
        /^At 2026-01-05T12:55:\d\dZ a monitor alarm TargetTracking-shop-WebGroup-\w+-AlarmLow-[0-9a-f-]+ in state ALARM triggered policy shop-WebScaling-\w+ changing the desired capacity from 4 to 1\.  At 2026-01-05T12:55:\d\dZ an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 4 to 1\.  At 2026-01-05T12:55:\d\dZ instance i-[0-9a-f]{17} was selected for termination\.$/,
      );
  });

  await t.test(
    "the workers go fifteen minutes after the backlog went, and not earlier",
    async () => {
      const calm = minuteAfterLastAbove(await backlog(shop), backlogPerWorker * 0.9);
      // The first of fifteen calm minutes was measured at its end, the last fourteen minutes later.
      const dueMs = calm + 15 * 60_000;
      const [first] = await shop.activities(stack.workerGroup, "12:40");
      assert.match(first!.Cause!, /-AlarmLow-[0-9a-f-]+ in state ALARM .* from 3 to 1\./);
      const changedMs = first!.StartTime!.getTime();
      assert.ok(
        changedMs >= dueMs && changedMs < dueMs + 60_000,
        new Date(changedMs).toISOString(),
      );
      assert.equal((await shop.look()).workersInService.length, 1);
    },
  );

  await t.test("the peak hour's scheduled action makes the web tier ready", async () => {
    assert.equal((await shop.look()).webDesired, 1);
    const after = await shop.passUntil("13:18");
    assert.equal(shop.at("13:14:30").webDesired, 1);
    assert.equal(shop.at("13:15:00").webDesired, 2);
    assert.equal(after.healthy.length, 2);
    const [started] = await shop.activities(stack.webGroup, "13:10");
    assert.match(
      started!.Cause!,
      /^At 2026-01-05T13:15:00Z the scheduled action shop-WebPeakHour-\w+ executed\.  At 2026-01-05T13:15:00Z a scheduled action update of AutoScalingGroup constraints to min: 2, max: 6, desired: 2 changing the desired capacity from 1 to 2\./,
    );
    const running = (await machines.list()).map(({ id }) => id).sort();
    assert.deepEqual(running, [...after.webInService, ...after.workersInService].sort());
  });

  await t.test("deleting the stack leaves nothing", async () => {
    await mailbox.close();
    assert.equal(await shop.deleteStack(10), "DELETE_COMPLETE");
    await clients.s3.send(new DeleteObjectCommand({ Bucket: artifactBucket, Key: "shop.mjs" }));
    await clients.s3.send(new DeleteBucketCommand({ Bucket: artifactBucket }));
    assert.deepEqual(await takeInventory(clients), shop.before);
    assert.deepEqual(await machines.list(), []);
  });
});

/** The datapoints of orders that waited per worker, oldest first, as CloudWatch has them. */
async function backlog({
  clients,
  stack,
}: SimulatedShop): Promise<{ ms: number; value: number }[]> {
  const metric = (Namespace: string, MetricName: string, Name: string, Value: string) => ({
    Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
    Period: 60,
    Stat: "Average",
  });
  const queue = stack.orderQueueUrl.split("/").at(-1)!;
  const { MetricDataResults } = await clients.cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date("2026-01-05T12:00:00Z"),
      EndTime: new Date("2026-01-05T13:10:00Z"),
      ScanBy: "TimestampAscending",
      MetricDataQueries: [
        {
          Id: "waiting",
          MetricStat: metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue),
          ReturnData: false,
        },
        {
          Id: "workers",
          MetricStat: metric(
            "AWS/AutoScaling",
            "GroupInServiceInstances",
            "AutoScalingGroupName",
            stack.workerGroup,
          ),
          ReturnData: false,
        },
        { Id: "backlog", Expression: "waiting / workers" },
      ],
    }),
  );
  const { Timestamps = [], Values = [] } = MetricDataResults?.[0] ?? {};
  return Timestamps.map((time, index) => ({ ms: time.getTime(), value: Values[index]! }));
}

function minuteAfterLastAbove(points: { ms: number; value: number }[], limit: number): number {
  const last = points.findLast(({ value }) => value >= limit);
  assert.ok(last, "the backlog never was above the limit");
  return last.ms + 60_000;
}
