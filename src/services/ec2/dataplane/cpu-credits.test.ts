import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";
import { creditRates, firstCredits, spendCredits } from "./cpu-credits.ts";

const micro = creditRates("t3.micro")!;
const state = (balance: number, more: object = {}) => ({
  balance,
  surplus: 0,
  throttled: false,
  ...more,
});

test("the guide's table: earned per hour, most, baseline", () => {
  assert.deepEqual(micro, { perHour: 12, most: 288, baseline: 0.1 });
  assert.deepEqual(creditRates("t2.2xlarge"), { perHour: 81.6, most: 1958.4, baseline: 0.17 });
  assert.equal(creditRates("m5.large"), undefined);
  assert.equal(firstCredits("t2.medium", false, 2).balance, 60);
  assert.equal(firstCredits("t3.medium", false, 2).balance, 0);
});

test("an idle instance saves up to a day's earnings; one at its baseline stays as it is", () => {
  const hour = spendCredits(state(0), micro, false, 0, 60);
  assert.equal(hour.state.balance, 12);
  assert.equal(spendCredits(state(287), micro, false, 0, 60).state.balance, 288);
  // A t3.micro has two virtual CPUs: ten percent of each for an hour are twelve credits.
  assert.equal(spendCredits(state(5), micro, false, 12, 60).state.balance, 5);
});

test("a standard instance without credits is throttled until it has saved some", () => {
  const spent = spendCredits(state(1), micro, false, 2, 1);
  assert.deepEqual(spent.state, state(0, { throttled: true }));
  const idle = spendCredits(spent.state, micro, false, 0, 1);
  assert.ok(idle.state.throttled);
  assert.ok(!spendCredits(idle.state, micro, false, 0, 4).state.throttled);
});

test("an unlimited instance owes, pays back from what it earns, and is charged beyond a day's", () => {
  const owing = spendCredits(state(10), micro, true, 62, 60);
  assert.deepEqual(owing, { state: state(0, { surplus: 40 }), charged: 0 });
  assert.equal(spendCredits(owing.state, micro, true, 0, 60).state.surplus, 28);
  const charged = spendCredits(state(0, { surplus: 280 }), micro, true, 120, 60);
  assert.deepEqual([charged.state.surplus, charged.charged], [288, 100]);
});

test("a standard instance under load spends its credits and is held to its baseline", async () => {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t2.micro",
    MinCount: 1,
    MaxCount: 1,
  });
  const id = Instances![0]!.InstanceId!;
  await cloud.advance("1m");
  cloud.simulated.offer(id, 1000);
  await cloud.advance("70m");
  const latest = async (MetricName: string) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName,
      Dimensions: [{ Name: "InstanceId", Value: id }],
      StartTime: new Date(cloud.clock.now() - 1_200_000),
      EndTime: new Date(cloud.clock.now()),
      Period: 300,
      Statistics: ["Average"],
    });
    return Datapoints!.sort((a, b) => b.Timestamp!.getTime() - a.Timestamp!.getTime())[0]!.Average!;
  };
  assert.ok(Math.abs((await latest("CPUUtilization")) - 10) < 0.5);
  assert.ok((await latest("CPUCreditBalance")) < 0.5);
  assert.ok(Math.abs((await latest("CPUCreditUsage")) - 0.5) < 0.1);
  // It is no fault, and nobody heals it.
  const faults = (await cloud.host.askOwn("ec2", "faults", {
    method: "GET",
    item: undefined,
    body: undefined,
    scope: { account: "123456789012", region: "us-east-1" },
  })) as { faults: unknown[] };
  assert.deepEqual(faults.faults, []);
  await cloud.ec2.ModifyInstanceCreditSpecification({
    InstanceCreditSpecifications: [{ InstanceId: id, CpuCredits: "unlimited" }],
  });
  await cloud.advance("15m");
  assert.ok((await latest("CPUUtilization")) > 90);
  assert.ok((await latest("CPUSurplusCreditBalance")) > 0);
  await cloud.stop();
});
