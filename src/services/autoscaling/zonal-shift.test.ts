import assert from "node:assert/strict";
import { test } from "node:test";
import { createScalingCloud, type ScalingCloud } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };
const scope = { account: "123456789012", region: "us-east-1" };

function darken(cloud: ScalingCloud, method: "POST" | "DELETE") {
  const body = method === "POST" ? { kind: "power-cut", zone: "us-east-1a" } : undefined;
  return cloud.host.askOwn("ec2", "faults", { method, item: undefined, body, scope });
}

async function shiftedGroup(
  ImpairedZoneHealthCheckBehavior: "ReplaceUnhealthy" | "IgnoreUnhealthy",
) {
  const cloud = createScalingCloud();
  await cloud.createGroup({
    DesiredCapacity: 4,
    AvailabilityZoneImpairmentPolicy: { ZonalShiftEnabled: true, ImpairedZoneHealthCheckBehavior },
    // The zone's failure is what counts, not what follows from it.
    HealthCheckGracePeriod: 0,
  });
  await cloud.advance("3m");
  await darken(cloud, "POST");
  await cloud.advance("5m");
  return cloud;
}

const inZone = async (cloud: ScalingCloud, zone: string) =>
  (await cloud.group()).zones.filter((one) => one === zone).length;

test("a zone that fails is shifted away from: what is unhealthy is replaced elsewhere", async (t) => {
  const cloud = await shiftedGroup("ReplaceUnhealthy");
  t.after(() => cloud.stop());
  assert.deepEqual([await inZone(cloud, "us-east-1a"), await inZone(cloud, "us-east-1b")], [0, 4]);
  await darken(cloud, "DELETE");
  await cloud.advance("10m");
  assert.deepEqual([await inZone(cloud, "us-east-1a"), await inZone(cloud, "us-east-1b")], [2, 2]);
});

test("or what is there is left alone, and only new capacity goes elsewhere", async (t) => {
  const cloud = await shiftedGroup("IgnoreUnhealthy");
  t.after(() => cloud.stop());
  const before = await cloud.group();
  assert.deepEqual([await inZone(cloud, "us-east-1a"), await inZone(cloud, "us-east-1b")], [2, 2]);
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 6 });
  await cloud.advance("5m");
  assert.deepEqual([await inZone(cloud, "us-east-1a"), await inZone(cloud, "us-east-1b")], [2, 4]);
  await darken(cloud, "DELETE");
  await cloud.advance("20m");
  assert.deepEqual([await inZone(cloud, "us-east-1a"), await inZone(cloud, "us-east-1b")], [3, 3]);
  const after = new Set((await cloud.group()).ids);
  assert.ok(before.ids.filter((id) => after.has(id)).length >= 3, "what recovered has stayed");
});

test("policies may add capacity during a zonal shift and take none away", async (t) => {
  const cloud = await shiftedGroup("IgnoreUnhealthy");
  t.after(() => cloud.stop());
  const policy = async (ScalingAdjustment: number) => {
    await cloud.autoscaling.PutScalingPolicy({
      ...name,
      PolicyName: "p",
      AdjustmentType: "ChangeInCapacity",
      ScalingAdjustment,
    });
    await cloud.autoscaling.ExecutePolicy({ ...name, PolicyName: "p" });
    await cloud.advance("3m");
    return (await cloud.group()).desired;
  };
  assert.equal(await policy(-1), 4);
  assert.equal(await policy(1), 5);
  await darken(cloud, "DELETE");
  await cloud.advance("5m");
  assert.equal(await policy(-1), 4);
});
