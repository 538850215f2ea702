import assert from "node:assert/strict";
import { test } from "node:test";
import { createScalingCloud, withoutCapacity, type ScalingCloud } from "./testing/scaling-cloud.ts";

const policy = (distribution: object, overrides: object[]) => ({
  LaunchTemplate: {
    LaunchTemplateSpecification: { LaunchTemplateName: "web", Version: "$Latest" },
    Overrides: overrides,
  },
  InstancesDistribution: distribution,
});

/** "spot m5.large" of each running instance, in order. */
async function fleet(cloud: ScalingCloud): Promise<string[]> {
  const { Reservations = [] } = await cloud.clients.ec2(cloud.caller).DescribeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .map((one) => `${one.InstanceLifecycle ?? "on-demand"} ${one.InstanceType}`)
    .sort();
}

test("a mixed group launches its base and its percentage on demand, the rest as Spot", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({
    LaunchTemplate: undefined,
    DesiredCapacity: 6,
    MixedInstancesPolicy: policy(
      {
        OnDemandBaseCapacity: 2,
        OnDemandPercentageAboveBaseCapacity: 25,
        SpotAllocationStrategy: "capacity-optimized",
      },
      [{ InstanceType: "c5.large" }, { InstanceType: "m5.large" }],
    ),
  });
  await cloud.advance("2m");
  const launched = await fleet(cloud);
  assert.deepEqual(launched.slice(0, 3), Array(3).fill("on-demand c5.large"));
  assert.ok(launched.slice(3).every((one) => one.startsWith("spot ")));
  assert.equal(launched.length, 6);
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.deepEqual(AutoScalingGroups![0]!.MixedInstancesPolicy!.InstancesDistribution, {
    OnDemandAllocationStrategy: "prioritized",
    OnDemandBaseCapacity: 2,
    OnDemandPercentageAboveBaseCapacity: 25,
    SpotAllocationStrategy: "capacity-optimized",
  });
  // Another share is reached gradually, without falling below the desired capacity.
  await cloud.autoscaling.UpdateAutoScalingGroup({
    AutoScalingGroupName: "web",
    MixedInstancesPolicy: { InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 } },
  });
  await cloud.advance("10m");
  assert.deepEqual(await fleet(cloud), Array(6).fill("on-demand c5.large"));
});

test("instances count with their weights, and the last may exceed the desired capacity", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({
    LaunchTemplate: undefined,
    MinSize: 0,
    MaxSize: 100,
    DesiredCapacity: 29,
    AvailabilityZones: ["us-east-1a"],
    MixedInstancesPolicy: policy({}, [
      { InstanceType: "c5.12xlarge", WeightedCapacity: "12" },
      { InstanceType: "c5.2xlarge", WeightedCapacity: "2" },
    ]),
  });
  await cloud.advance("2m");
  // "If there are 5 units remaining, and a c5.12xlarge is provisioned, the capacity is exceeded by 7."
  assert.deepEqual(await fleet(cloud), Array(3).fill("on-demand c5.12xlarge"));
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.deepEqual(
    AutoScalingGroups![0]!.Instances!.map((one) => one.WeightedCapacity),
    ["12", "12", "12"],
  );
  // 36 units are there; without one of them only 24 would be.
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 25 });
  await cloud.advance("2m");
  assert.equal((await fleet(cloud)).length, 3);
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 24 });
  await cloud.advance("2m");
  assert.equal((await fleet(cloud)).length, 2);
});

test("an override may bring its own template, and a pool without capacity is passed over", async (t) => {
  const denied = new Set(["c5.large"]);
  const registry = withoutCapacity(
    ({ type }) => denied.has(type),
    "There is no Spot capacity available that matches your request.",
  );
  const cloud = createScalingCloud({ registry });
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const arm = Images.find(({ Architecture }) => Architecture === "arm64")!;
  await ec2.CreateLaunchTemplate({
    LaunchTemplateName: "arm",
    LaunchTemplateData: { ImageId: arm.ImageId },
  });
  await cloud.createGroup({
    LaunchTemplate: undefined,
    DesiredCapacity: 2,
    MixedInstancesPolicy: policy({}, [
      { InstanceType: "c5.large" },
      {
        InstanceType: "c6g.large",
        LaunchTemplateSpecification: { LaunchTemplateName: "arm", Version: "$Default" },
      },
    ]),
  });
  await cloud.advance("2m");
  assert.deepEqual(await fleet(cloud), ["on-demand c6g.large", "on-demand c6g.large"]);
  const failed = (await cloud.activities()).filter(({ text }) => text.startsWith("Failed"));
  assert.ok(failed.length >= 1);
  assert.match(failed[0]!.text, /no Spot capacity available.*Launching EC2 instance failed\.$/);
});

test("attributes choose the instance types, and vCPUs may be the unit", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({
    LaunchTemplate: undefined,
    MaxSize: 20,
    DesiredCapacity: 8,
    DesiredCapacityType: "vcpu",
    MixedInstancesPolicy: policy({ OnDemandPercentageAboveBaseCapacity: 100 }, [
      {
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 4 },
          MemoryMiB: { Min: 4096, Max: 8192 },
          AllowedInstanceTypes: ["c5.*", "m5.large"],
        },
      },
    ]),
  });
  await cloud.advance("2m");
  const launched = await fleet(cloud);
  const cpus = launched.map((one) => (one.endsWith(".xlarge") ? 4 : 2));
  assert.equal(
    cpus.reduce((sum, one) => sum + one, 0),
    8,
  );
  assert.ok(launched.every((one) => one.startsWith("on-demand c5.")));
  await assert.rejects(
    cloud.autoscaling.UpdateAutoScalingGroup({
      AutoScalingGroupName: "web",
      MixedInstancesPolicy: policy({}, [{ InstanceType: "c5.large" }]),
    }),
    { code: "ValidationError", message: /^DesiredCapacityType is supported only/ },
  );
});
