import assert from "node:assert/strict";
import { test } from "node:test";
import { createScalingCloud, type ScalingCloud } from "./testing/scaling-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const interrupt = (cloud: ScalingCloud, instance: string, after: string) =>
  cloud.host.askOwn("ec2", "spot", {
    method: "POST",
    item: undefined,
    scope,
    body: { instance, after },
  });

async function spotGroup(cloud: ScalingCloud, CapacityRebalance: boolean) {
  await cloud.createGroup({
    LaunchTemplate: undefined,
    DesiredCapacity: 2,
    MaxSize: 2,
    CapacityRebalance,
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateName: "web", Version: "$Latest" },
        Overrides: [{ InstanceType: "c5.large" }, { InstanceType: "m5.large" }],
      },
      InstancesDistribution: {
        OnDemandPercentageAboveBaseCapacity: 0,
        SpotAllocationStrategy: "price-capacity-optimized",
      },
    },
  });
  await cloud.advance("3m");
  return (await cloud.group()).ids;
}

test("a group follows a recommendation: it launches first, beyond its maximum, and then ends", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const [endangered, other] = await spotGroup(cloud, true);
  await interrupt(cloud, endangered!, "10m");
  await cloud.advance("10s");
  const during = await cloud.group();
  assert.equal(during.ids.length, 3);
  await cloud.advance("4m");
  const after = await cloud.group();
  assert.deepEqual(after.states, ["InService", "InService"]);
  assert.ok(!after.ids.includes(endangered!) && after.ids.includes(other!));
  assert.equal(after.desired, 2);
  const told = await cloud.activities();
  assert.match(told[0]!.text, /Terminating EC2 instance/);
  assert.match(told[0]!.cause, /in response to an EC2 instance rebalance recommendation\.$/);
  assert.match(told[1]!.cause, /launched in response to an EC2 instance rebalance recommendation/);
});

test("without CapacityRebalance an interrupted instance is replaced when it has ended", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const [endangered] = await spotGroup(cloud, false);
  await interrupt(cloud, endangered!, "2m");
  await cloud.advance("100s");
  assert.equal((await cloud.group()).ids.length, 2);
  assert.ok((await cloud.group()).ids.includes(endangered!));
  await cloud.advance("4m");
  const after = await cloud.group();
  assert.deepEqual(after.states, ["InService", "InService"]);
  assert.ok(!after.ids.includes(endangered!));
});
