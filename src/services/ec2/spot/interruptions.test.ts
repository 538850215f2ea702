import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents } from "#cloud/testing/hear-events.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };

function spotOf(cloud: Ec2Cloud) {
  return (method: "GET" | "POST" | "DELETE", body?: unknown, item?: string) =>
    cloud.host.askOwn("ec2", "spot", { method, item, body, scope }) as Promise<
      Record<string, unknown>
    >;
}

/** A spot instance of a request, one minute later. */
async function request(cloud: Ec2Cloud, more: object = {}) {
  const { SpotInstanceRequests } = await cloud.ec2.RequestSpotInstances({
    LaunchSpecification: { ImageId: cloud.imageId, InstanceType: "m5.large" },
    ...more,
  });
  const requestId = SpotInstanceRequests![0]!.SpotInstanceRequestId!;
  await cloud.advance("1m");
  return requestId;
}

async function shown(cloud: Ec2Cloud, requestId: string) {
  const { SpotInstanceRequests } = await cloud.ec2.DescribeSpotInstanceRequests({
    SpotInstanceRequestIds: [requestId],
  });
  const { State, Status, InstanceId } = SpotInstanceRequests![0]!;
  return { state: State, code: Status!.Code, instanceId: InstanceId! };
}

/** The events of Spot Instances that EC2 told. */
async function listen(cloud: Ec2Cloud) {
  const told = await hearEvents(cloud, {
    source: ["aws.ec2"],
    "detail-type": [{ wildcard: "EC2 *In*" }],
  });
  return async () => (await told()).filter((one) => /Spot|Rebalance/.test(one["detail-type"]));
}

test("an interrupted instance is recommended for rebalance, warned two minutes before, and ended", async () => {
  const cloud = createEc2Cloud();
  const told = await listen(cloud);
  const requestId = await request(cloud);
  const { state, code, instanceId } = await shown(cloud, requestId);
  assert.deepEqual([state, code], ["active", "fulfilled"]);
  assert.deepEqual(
    (await told()).map((one) => [one["detail-type"], one.detail]),
    [
      [
        "EC2 Spot Instance Request Fulfillment",
        { "spot-instance-request-id": requestId, "instance-id": instanceId },
      ],
    ],
  );
  const spot = spotOf(cloud);
  await spot("POST", { instance: instanceId, after: "5m" });
  await cloud.advance("1m");
  assert.deepEqual(
    (await told()).map((one) => [one["detail-type"], one.resources, one.detail]),
    [
      [
        "EC2 Instance Rebalance Recommendation",
        [`arn:aws:ec2:us-east-1:123456789012:instance/${instanceId}`],
        { "instance-id": instanceId },
      ],
    ],
  );
  await cloud.advance("2m");
  assert.deepEqual(
    (await told()).map((one) => [one["detail-type"], one.resources, one.detail]),
    [
      [
        "EC2 Spot Instance Interruption Warning",
        [`arn:aws:ec2:us-east-1a:instance/${instanceId}`],
        { "instance-id": instanceId, "instance-action": "terminate" },
      ],
    ],
  );
  assert.equal((await shown(cloud, requestId)).code, "marked-for-termination");
  assert.equal(await cloud.stateOf(instanceId), "running");
  await cloud.advance("2m10s");
  assert.equal(await cloud.stateOf(instanceId), "terminated");
  const ended = await shown(cloud, requestId);
  assert.deepEqual([ended.state, ended.code], ["closed", "instance-terminated-no-capacity"]);
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [instanceId] });
  assert.equal(
    Reservations![0]!.Instances![0]!.StateReason!.Code,
    "Server.SpotInstanceTermination",
  );
  assert.deepEqual(await spot("GET"), { interruptions: [], rules: [] });
  await cloud.stop();
});

test("a persistent request's instance is stopped, may not be started, and starts again by itself", async () => {
  const cloud = createEc2Cloud();
  const requestId = await request(cloud, {
    Type: "persistent",
    InstanceInterruptionBehavior: "stop",
  });
  const { instanceId } = await shown(cloud, requestId);
  await spotOf(cloud)("POST", { instance: instanceId });
  await cloud.advance("3m");
  assert.equal(await cloud.stateOf(instanceId), "stopped");
  const stopped = await shown(cloud, requestId);
  assert.deepEqual([stopped.state, stopped.code], ["disabled", "instance-stopped-no-capacity"]);
  await assert.rejects(cloud.ec2.StartInstances({ InstanceIds: [instanceId] }), {
    code: "IncorrectSpotRequestState",
  });
  await cloud.advance("6m");
  assert.equal(await cloud.stateOf(instanceId), "running");
  assert.deepEqual(await shown(cloud, requestId), {
    state: "active",
    code: "fulfilled",
    instanceId,
  });
  await cloud.ec2.StopInstances({ InstanceIds: [instanceId] });
  await cloud.advance("1m");
  assert.equal((await shown(cloud, requestId)).code, "instance-stopped-by-user");
  await cloud.ec2.CancelSpotInstanceRequests({ SpotInstanceRequestIds: [requestId] });
  await cloud.advance("1m");
  assert.equal(await cloud.stateOf(instanceId), "terminated");
  assert.equal((await shown(cloud, requestId)).state, "cancelled");
  await cloud.stop();
});

test("a price above the maximum interrupts, and the persistent request waits for a lower one", async () => {
  const cloud = createEc2Cloud();
  const spot = spotOf(cloud);
  const requestId = await request(cloud, { Type: "persistent", SpotPrice: "0.08" });
  const { instanceId } = await shown(cloud, requestId);
  const rule = await spot("POST", { price: 0.5, instanceType: "m5.large" });
  await cloud.advance("3m");
  assert.equal(await cloud.stateOf(instanceId), "terminated");
  const waiting = await shown(cloud, requestId);
  assert.deepEqual([waiting.state, waiting.code], ["open", "price-too-low"]);
  const { SpotPriceHistory } = await cloud.ec2.DescribeSpotPriceHistory({
    InstanceTypes: ["m5.large"],
    AvailabilityZone: "us-east-1a",
  });
  assert.equal(SpotPriceHistory![0]!.SpotPrice, "0.500000");
  await spot("DELETE", undefined, rule["ruleId"] as string);
  await cloud.advance("2m");
  const again = await shown(cloud, requestId);
  assert.deepEqual([again.state, again.code], ["active", "fulfilled"]);
  assert.notEqual(again.instanceId, instanceId);
  await cloud.stop();
});

test("a rate interrupts about as many as it says", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "m5.large",
    MinCount: 60,
    MaxCount: 60,
    InstanceMarketOptions: { MarketType: "spot" },
  });
  await cloud.advance("1m");
  await spotOf(cloud)("POST", { perHour: 0.7, for: "1h" });
  await cloud.advance("65m");
  const { Reservations } = await cloud.ec2.DescribeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["running"] }],
  });
  // Of sixty about half are left after an hour: 60 × e^-0.7 = 30.
  const left = Reservations!.flatMap(({ Instances }) => Instances!).length;
  assert.ok(left > 18 && left < 42, `${left} are left`);
  assert.deepEqual((await spotOf(cloud)("GET"))["rules"], []);
  await cloud.stop();
});

test("dates, prices and what cannot be launched decide about a request", async () => {
  const cloud = createEc2Cloud();
  const soon = new Date(cloud.clock.now() + 600_000);
  const waiting = await request(cloud, { ValidFrom: soon });
  assert.equal((await shown(cloud, waiting)).code, "not-scheduled-yet");
  await cloud.advance("11m");
  assert.equal((await shown(cloud, waiting)).code, "fulfilled");
  const cheap = await request(cloud, {
    SpotPrice: "0.001",
    ValidUntil: new Date(cloud.clock.now() + 600_000),
  });
  assert.equal((await shown(cloud, cheap)).code, "price-too-low");
  await cloud.advance("11m");
  const expired = await shown(cloud, cheap);
  assert.deepEqual([expired.state, expired.code], ["closed", "schedule-expired"]);
  const bad = await request(cloud, {
    LaunchSpecification: {
      ImageId: cloud.imageId,
      InstanceType: "m5.large",
      KeyName: "missing",
    },
  });
  const failed = await shown(cloud, bad);
  assert.deepEqual([failed.state, failed.code], ["failed", "bad-parameters"]);
  await assert.rejects(request(cloud, { InstanceInterruptionBehavior: "hibernate" }), {
    code: "UnsupportedOperation",
  });
  await assert.rejects(request(cloud, { InstanceInterruptionBehavior: "stop" }), {
    code: "InvalidParameterCombination",
  });
  await cloud.stop();
});

test("an experiment of FIS interrupts spot instances", async () => {
  const cloud = createEc2Cloud();
  const { instanceId } = await shown(cloud, await request(cloud));
  await cloud.host.askOwn("ec2", "experiments", {
    method: "POST",
    item: undefined,
    scope,
    body: {
      targets: {
        spot: {
          resourceType: "aws:ec2:spot-instance",
          resourceArns: [`arn:aws:ec2:us-east-1:123456789012:instance/${instanceId}`],
          selectionMode: "ALL",
        },
      },
      actions: {
        interrupt: {
          actionId: "aws:ec2:send-spot-instance-interruptions",
          parameters: { durationBeforeInterruption: "PT3M" },
          targets: { SpotInstances: "spot" },
        },
      },
    },
  });
  await cloud.advance("2m");
  assert.equal(await cloud.stateOf(instanceId), "running");
  await cloud.advance("2m");
  assert.equal(await cloud.stateOf(instanceId), "terminated");
  await cloud.stop();
});

test("prices have a history, the same whenever it is asked", async () => {
  const cloud = createEc2Cloud();
  const ask = () =>
    cloud.ec2.DescribeSpotPriceHistory({
      InstanceTypes: ["m5.large"],
      AvailabilityZone: "us-east-1a",
      StartTime: new Date(cloud.clock.now() - 86_400_000),
    });
  const first = (await ask()).SpotPriceHistory!;
  assert.equal(first.length, 5);
  assert.ok(new Set(first.map(({ SpotPrice }) => SpotPrice)).size > 1);
  assert.ok(
    first.every((one, index) => index === 0 || one.Timestamp! < first[index - 1]!.Timestamp!),
  );
  assert.deepEqual((await ask()).SpotPriceHistory, first);
  await cloud.stop();
});
