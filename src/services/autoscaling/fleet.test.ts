import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents } from "#cloud/testing/hear-events.ts";
import { createScalingCloud, withoutCapacity } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };

test("deletion protection keeps a group", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DeletionProtection: "prevent-force-deletion" });
  await cloud.advance("2m");
  await assert.rejects(cloud.autoscaling.DeleteAutoScalingGroup({ ...name, ForceDelete: true }), {
    code: "ValidationError",
    message: /deletion protection/,
  });
  await cloud.autoscaling.UpdateAutoScalingGroup({ ...name, DeletionProtection: "none" });
  await cloud.autoscaling.DeleteAutoScalingGroup({ ...name, ForceDelete: true });
  await cloud.advance("2m");
  assert.equal((await cloud.group()).desired, -1);
});

test("a group is made after an instance", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const ImageId = Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId;
  const { Instances } = await ec2.RunInstances({
    ImageId,
    InstanceType: "t3.small",
    UserData: "aGVsbG8=",
    MinCount: 1,
    MaxCount: 1,
  });
  const [model] = Instances!;
  await cloud.advance("1m");
  await cloud.autoscaling.CreateAutoScalingGroup({
    ...name,
    InstanceId: model!.InstanceId!,
    MinSize: 1,
    MaxSize: 2,
  });
  await cloud.advance("2m");
  const { LaunchConfigurations } = await cloud.autoscaling.DescribeLaunchConfigurations({});
  const [made] = LaunchConfigurations!;
  assert.deepEqual(
    [made!.LaunchConfigurationName, made!.InstanceType, made!.ImageId, made!.UserData],
    ["web", "t3.small", ImageId, "aGVsbG8="],
  );
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.equal(AutoScalingGroups![0]!.VPCZoneIdentifier, model!.SubnetId);
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("a launch configuration launches Spot Instances with public addresses", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  await cloud.autoscaling.CreateLaunchConfiguration({
    LaunchConfigurationName: "cheap",
    ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId,
    InstanceType: "m5.large",
    SpotPrice: "0.096",
    AssociatePublicIpAddress: true,
  });
  await cloud.autoscaling.CreateAutoScalingGroup({
    ...name,
    LaunchConfigurationName: "cheap",
    AvailabilityZones: ["us-east-1a"],
    MinSize: 1,
    MaxSize: 1,
  });
  await cloud.advance("1m");
  const { Reservations } = await ec2.DescribeInstances({});
  const [instance] = Reservations![0]!.Instances!;
  assert.equal(instance!.InstanceLifecycle, "spot");
  assert.ok(instance!.PublicIpAddress);
});

test("a launch configuration names groups of the default VPC by their names or their ids", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Images = [] } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const group = (GroupName: string) =>
    ec2.CreateSecurityGroup({ GroupName, Description: "Enable HTTP" });
  const [web, admin] = [await group("web"), await group("admin")];
  await cloud.autoscaling.CreateLaunchConfiguration({
    LaunchConfigurationName: "named",
    ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId,
    InstanceType: "t3.micro",
    SecurityGroups: ["web", admin.GroupId!],
  });
  await cloud.autoscaling.CreateAutoScalingGroup({
    ...name,
    LaunchConfigurationName: "named",
    AvailabilityZones: ["us-east-1a"],
    MinSize: 1,
    MaxSize: 1,
  });
  await cloud.advance("1m");
  const { Reservations } = await ec2.DescribeInstances({});
  const ids = Reservations![0]!.Instances![0]!.SecurityGroups!.map(({ GroupId }) => GroupId);
  assert.deepEqual(new Set(ids), new Set([web.GroupId, admin.GroupId]));
});

test("LaunchInstances answers with the instances, once per token", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ MinSize: 0, DesiredCapacity: 0 });
  await cloud.autoscaling.SuspendProcesses({ ...name, ScalingProcesses: ["AZRebalance"] });
  const request = {
    ...name,
    RequestedCapacity: 2,
    ClientToken: "once",
    AvailabilityZones: ["us-east-1b"],
  };
  const { Instances, Errors } = await cloud.autoscaling.LaunchInstances(request);
  assert.deepEqual(Errors, []);
  assert.equal(Instances![0]!.InstanceIds!.length, 2);
  assert.deepEqual((await cloud.autoscaling.LaunchInstances(request)).Instances, Instances);
  await cloud.advance("2m");
  const group = await cloud.group();
  assert.deepEqual(group.zones, ["us-east-1b", "us-east-1b"]);
  assert.equal(group.desired, 2);
  await assert.rejects(
    cloud.autoscaling.LaunchInstances({ ...name, RequestedCapacity: 1, ClientToken: "twice" }),
    { code: "ValidationError", message: /^Either AvailabilityZones or SubnetIds/ },
  );
});

test("a zone without capacity is launched around, and the group is balanced when it returns", async (t) => {
  let dark = true;
  const registry = withoutCapacity(({ zone }) => dark && zone === "us-east-1b");
  const cloud = createScalingCloud({ registry });
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 4, MaxSize: 4 });
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).zones, Array(4).fill("us-east-1a"));
  dark = false;
  await cloud.advance("20m");
  const zones = (await cloud.group()).zones;
  assert.deepEqual(zones, ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]);
  const rebalanced = (await cloud.activities()).find(({ cause }) =>
    /were launched to balance/.test(cause),
  );
  assert.match(rebalanced!.cause, /in zones us-east-1b with other zones us-east-1a resulting/);
});

test("balanced-only waits for its zone", async (t) => {
  const registry = withoutCapacity(({ zone }) => zone === "us-east-1b");
  const cloud = createScalingCloud({ registry });
  t.after(() => cloud.stop());
  await cloud.createGroup({
    DesiredCapacity: 4,
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-only" },
  });
  await cloud.advance("10m");
  assert.deepEqual((await cloud.group()).zones, ["us-east-1a", "us-east-1a"]);
});

test("EventBridge hears of launches and of lifecycle actions", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const told = await hearEvents(cloud, { source: ["aws.autoscaling"] });
  await cloud.createGroup({
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: "boot",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        DefaultResult: "CONTINUE",
        HeartbeatTimeout: 30,
      },
    ],
  });
  await cloud.advance("2m");
  const heard = await told();
  const types = heard.map((event) => event["detail-type"]).sort();
  assert.deepEqual(types, [
    "EC2 Instance Launch Successful",
    "EC2 Instance-launch Lifecycle Action",
  ]);
  const { detail } = heard.find((event) => event["detail-type"] === types[1])!;
  assert.deepEqual([detail["Origin"], detail["Destination"]], ["EC2", "AutoScalingGroup"]);
});

test("an abandoned termination keeps the instance where that is wanted", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({
    DesiredCapacity: 2,
    InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: "retain" } },
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: "end",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout: 30,
      },
    ],
  });
  await cloud.advance("2m");
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 1 });
  await cloud.advance("2m");
  assert.deepEqual((await cloud.group()).states, ["InService", "Terminating:Retained"]);
  const { AutoScalingInstances } = await cloud.autoscaling.DescribeAutoScalingInstances({});
  const kept = AutoScalingInstances!.find((one) => one.LifecycleState !== "InService")!;
  await cloud.autoscaling.TerminateInstanceInAutoScalingGroup({
    InstanceId: kept.InstanceId!,
    ShouldDecrementDesiredCapacity: false,
  });
  await cloud.advance("2m");
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("a maintenance policy launches before it replaces an instance in use", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await assert.rejects(
    cloud.createGroup({
      InstanceMaintenancePolicy: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 },
    }),
    { code: "ValidationError", message: /^The difference between MinHealthyPercentage/ },
  );
  await cloud.clients.ec2(cloud.caller).DeleteLaunchTemplate({ LaunchTemplateName: "web" });
  await cloud.createGroup({
    DesiredCapacity: 2,
    InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
  });
  await cloud.advance("2m");
  const [sick] = (await cloud.group()).ids as [string];
  await cloud.autoscaling.SetInstanceHealth({ InstanceId: sick, HealthStatus: "Unhealthy" });
  await cloud.advance("1s");
  const during = await cloud.group();
  assert.ok(during.ids.includes(sick) && during.states.includes("Pending"));
  await cloud.advance("2m");
  const after = await cloud.group();
  assert.ok(!after.ids.includes(sick));
  assert.deepEqual(after.states, ["InService", "InService"]);
});

test("instances stand in the group's placement group, and use reservations or leave them alone", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const PlacementGroup = "near";
  const more = { PlacementGroup, AvailabilityZones: ["us-east-1a"], DesiredCapacity: 1 };
  await assert.rejects(cloud.createGroup(more), { code: "ValidationError" });
  await ec2.DeleteLaunchTemplate({ LaunchTemplateName: "web" });
  await ec2.CreatePlacementGroup({ GroupName: PlacementGroup, Strategy: "spread" });
  const { CapacityReservation } = await ec2.CreateCapacityReservation({
    InstanceType: "t3.micro",
    InstancePlatform: "Linux/UNIX",
    AvailabilityZone: "us-east-1a",
    InstanceCount: 1,
  });
  await cloud.createGroup({
    ...more,
    CapacityReservationSpecification: {
      CapacityReservationPreference: "capacity-reservations-only",
    },
  });
  await cloud.advance("3m");
  const instance = async () => {
    const { Reservations } = await ec2.DescribeInstances({
      InstanceIds: (await cloud.group()).ids.slice(-1),
    });
    return Reservations![0]!.Instances![0]!;
  };
  const reserved = await instance();
  assert.equal(reserved.Placement?.GroupName, PlacementGroup);
  assert.equal(reserved.CapacityReservationId, CapacityReservation!.CapacityReservationId);
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 2 });
  await cloud.advance("1m");
  assert.equal((await cloud.group()).ids.length, 1, "there is no other reservation");
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.equal(AutoScalingGroups![0]!.PlacementGroup, PlacementGroup);
  assert.deepEqual(AutoScalingGroups![0]!.CapacityReservationSpecification, {
    CapacityReservationPreference: "capacity-reservations-only",
  });
});
