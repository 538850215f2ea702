import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const scope = { account: "123456789012", region: "us-east-1" };

async function template(cloud: Ec2Cloud, more: object = {}) {
  const { LaunchTemplate } = await cloud.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: {
      ImageId: cloud.imageId,
      InstanceType: "m5.large",
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "web" }] }],
      ...more,
    },
  });
  return {
    LaunchTemplateSpecification: {
      LaunchTemplateId: LaunchTemplate!.LaunchTemplateId,
      Version: "$Latest",
    },
  };
}

const target = (TotalTargetCapacity: number, more: object = {}) => ({
  TargetCapacitySpecification: {
    TotalTargetCapacity,
    DefaultTargetCapacityType: "spot" as const,
    ...more,
  },
});

async function running(cloud: Ec2Cloud): Promise<string[]> {
  const { Reservations } = await cloud.ec2.DescribeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
  });
  return Reservations!
    .flatMap(({ Instances }) => Instances!)
    .map((one) => `${one.InstanceLifecycle ?? "on-demand"} ${one.InstanceType}`)
    .sort();
}

test("an instant fleet launches its base on demand and the rest as Spot, at once", async () => {
  const cloud = createEc2Cloud();
  const config = await template(cloud);
  const made = await cloud.ec2.CreateFleet({
    Type: "instant",
    LaunchTemplateConfigs: [
      { ...config, Overrides: [{ InstanceType: "c5.large" }, { InstanceType: "m5.large" }] },
    ],
    ...target(5, { OnDemandTargetCapacity: 2 }),
    SpotOptions: { AllocationStrategy: "price-capacity-optimized" },
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "team", Value: "a" }] }],
  });
  assert.deepEqual(made.Errors, []);
  const counts = made.Instances!.map(({ Lifecycle, InstanceIds }) => [
    Lifecycle,
    InstanceIds!.length,
  ]);
  assert.deepEqual(
    counts.toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
    [
      ["on-demand", 2],
      ["spot", 3],
    ],
  );
  const id = made.Instances![0]!.InstanceIds![0]!;
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
  assert.deepEqual(Reservations![0]!.Instances![0]!.Tags!.map(({ Key }) => Key!).sort(), [
    "Name",
    "aws:ec2:fleet-id",
    "aws:ec2launchtemplate:id",
    "aws:ec2launchtemplate:version",
    "team",
  ]);
  assert.deepEqual((await cloud.ec2.DescribeFleets({})).Fleets, []);
  const { Fleets } = await cloud.ec2.DescribeFleets({ FleetIds: [made.FleetId!] });
  assert.equal(Fleets![0]!.FulfilledCapacity, 5);
  assert.equal(Fleets![0]!.FulfilledOnDemandCapacity, 2);
  const ended = await cloud.ec2.DeleteFleets({
    FleetIds: [made.FleetId!],
    TerminateInstances: true,
  });
  assert.equal(ended.SuccessfulFleetDeletions![0]!.CurrentFleetState, "deleted_terminating");
  const stateAfter = async (time: string) => {
    await cloud.advance(time);
    return (await cloud.ec2.DescribeFleets({ FleetIds: [made.FleetId!] })).Fleets![0]!.FleetState;
  };
  assert.equal(await stateAfter("1m"), "deleted_terminating");
  assert.deepEqual(await running(cloud), []);
  assert.equal(await stateAfter("1m"), "deleted");
  await cloud.stop();
});

test("an instant fleet that cannot reach its minimum launches nothing and says why", async () => {
  const cloud = createEc2Cloud();
  const config = await template(cloud);
  const made = await cloud.ec2.CreateFleet({
    Type: "instant",
    LaunchTemplateConfigs: [
      { ...config, Overrides: [{ InstanceType: "c5.large", MaxPrice: "0.001" }] },
    ],
    ...target(2),
    SpotOptions: { MinTargetCapacity: 2 },
  });
  assert.deepEqual(made.Instances, []);
  assert.equal(made.Errors![0]!.ErrorCode, "UnfulfillableCapacity");
  assert.deepEqual(await running(cloud), []);
  await cloud.stop();
});

test("a maintained fleet replaces what ends, grows, and shrinks with its target", async () => {
  const cloud = createEc2Cloud();
  const config = await template(cloud);
  const { FleetId } = await cloud.ec2.CreateFleet({
    Type: "maintain",
    LaunchTemplateConfigs: [
      { ...config, Overrides: [{ InstanceType: "m5.large" }, { InstanceType: "c5.large" }] },
    ],
    ...target(3),
    SpotOptions: { AllocationStrategy: "diversified" },
  });
  await cloud.advance("1m");
  assert.equal((await running(cloud)).length, 3);
  const active = async () =>
    (await cloud.ec2.DescribeFleetInstances({ FleetId })).ActiveInstances!.map(
      ({ InstanceId }) => InstanceId!,
    );
  const [first] = await active();
  await cloud.ec2.TerminateInstances({ InstanceIds: [first!] });
  await cloud.advance("1m");
  const now = await active();
  assert.ok(now.length === 3 && !now.includes(first!));
  await cloud.ec2.ModifyFleet({ FleetId, TargetCapacitySpecification: { TotalTargetCapacity: 5 } });
  await cloud.advance("1m");
  assert.equal((await active()).length, 5);
  await cloud.ec2.ModifyFleet({ FleetId, TargetCapacitySpecification: { TotalTargetCapacity: 1 } });
  await cloud.advance("1m");
  assert.equal((await active()).length, 1);
  const { HistoryRecords } = await cloud.ec2.DescribeFleetHistory({
    FleetId,
    StartTime: new Date(0),
  });
  const told = HistoryRecords!.map(({ EventInformation }) => EventInformation!.EventSubType);
  assert.deepEqual(told.slice(0, 3), ["submitted", "active", "launched"]);
  assert.ok(told.includes("modify_successful") && told.includes("termination_notified"));
  await cloud.ec2.DeleteFleets({ FleetIds: [FleetId!], TerminateInstances: false });
  await cloud.advance("1m");
  assert.equal((await active()).length, 1);
  await cloud.stop();
});

/** A fleet of one Spot Instance, `old`, that is taken back after a time. */
async function interruptFleet(SpotOptions: object, after: string) {
  const cloud = createEc2Cloud();
  const config = await template(cloud);
  const { FleetId } = await cloud.ec2.CreateFleet({
    Type: "maintain",
    LaunchTemplateConfigs: [config],
    ...target(1),
    SpotOptions,
  });
  await cloud.advance("1m");
  const active = async () => (await cloud.ec2.DescribeFleetInstances({ FleetId })).ActiveInstances!;
  const [old] = await active();
  await cloud.host.askOwn("ec2", "spot", {
    method: "POST",
    item: undefined,
    scope,
    body: { instance: old!.InstanceId, after },
  });
  return { cloud, FleetId, active, old };
}

test("a fleet that follows recommendations launches first and ends the old one after its delay", async () => {
  const { cloud, active, old } = await interruptFleet(
    {
      MaintenanceStrategies: {
        CapacityRebalance: {
          ReplacementStrategy: "launch-before-terminate",
          TerminationDelay: 120,
        },
      },
    },
    "15m",
  );
  await cloud.advance("30s");
  assert.equal((await active()).length, 2);
  await cloud.advance("3m");
  const left = await active();
  assert.equal(left.length, 1);
  assert.notEqual(left[0]!.InstanceId, old!.InstanceId);
  await cloud.stop();
});

test("attributes choose among real types, with price protection", async () => {
  const cloud = createEc2Cloud();
  const config = await template(cloud, {
    InstanceType: undefined,
    InstanceRequirements: {
      VCpuCount: { Min: 2, Max: 4 },
      MemoryMiB: { Min: 4096 },
      CpuManufacturers: ["intel"],
    },
  });
  const made = await cloud.ec2.CreateFleet({
    Type: "instant",
    LaunchTemplateConfigs: [config],
    ...target(2),
    SpotOptions: { AllocationStrategy: "price-capacity-optimized" },
  });
  const types = made.Instances!.map(({ InstanceType }) => InstanceType!);
  assert.ok(types.length > 0);
  const { InstanceTypes } = await cloud.ec2.DescribeInstanceTypes({ InstanceTypes: types });
  for (const { VCpuInfo, MemoryInfo, ProcessorInfo } of InstanceTypes!) {
    assert.ok([2, 4].includes(VCpuInfo!.DefaultVCpus!));
    assert.ok(MemoryInfo!.SizeInMiB! >= 4096);
    assert.equal(ProcessorInfo!.Manufacturer, "Intel");
  }
  await assert.rejects(
    cloud.ec2.RunInstances({
      LaunchTemplate: config.LaunchTemplateSpecification,
      MinCount: 1,
      MaxCount: 1,
    }),
    { code: "UnsupportedOperation" },
  );
  await cloud.stop();
});

test("a Spot Fleet counts weights, expires, and is cancelled", async () => {
  const cloud = createEc2Cloud();
  const { SpotFleetRequestId } = await cloud.ec2.RequestSpotFleet({
    SpotFleetRequestConfig: {
      IamFleetRole: "arn:aws:iam::123456789012:role/fleet",
      TargetCapacity: 6,
      AllocationStrategy: "lowestPrice",
      LaunchSpecifications: [
        { ImageId: cloud.imageId, InstanceType: "m5.large", WeightedCapacity: 2 },
      ],
      TerminateInstancesWithExpiration: true,
      ValidUntil: new Date(cloud.clock.now() + 600_000),
    },
  });
  await cloud.advance("1m");
  const describe = async () =>
    (await cloud.ec2.DescribeSpotFleetRequests({ SpotFleetRequestIds: [SpotFleetRequestId!] }))
      .SpotFleetRequestConfigs![0]!;
  const shown = await describe();
  assert.deepEqual(
    [
      shown.SpotFleetRequestState,
      shown.ActivityStatus,
      shown.SpotFleetRequestConfig!.FulfilledCapacity,
    ],
    ["active", "fulfilled", 6],
  );
  assert.deepEqual(await running(cloud), Array(3).fill("spot m5.large"));
  await cloud.advance("13m");
  assert.deepEqual(await running(cloud), []);
  assert.equal((await describe()).SpotFleetRequestState, "cancelled");
  const again = await cloud.ec2.CancelSpotFleetRequests({
    SpotFleetRequestIds: [SpotFleetRequestId!, "sfr-1"],
    TerminateInstances: true,
  });
  assert.deepEqual(
    again.UnsuccessfulFleetRequests!.map((one) => one.Error!.Code),
    ["fleetRequestNotInCancellableState", "fleetRequestIdMalformed"],
  );
  await cloud.stop();
});

test("a fleet whose instances are stopped by interruptions has no more than it wants in the end", async () => {
  const { cloud, FleetId, active, old } = await interruptFleet(
    { InstanceInterruptionBehavior: "stop" },
    "2m",
  );
  await cloud.advance("4m");
  assert.equal(await cloud.stateOf(old!.InstanceId!), "stopped");
  assert.equal((await active()).length, 1);
  await cloud.advance("10m");
  assert.equal((await active()).length, 1);
  // Its request is the fleet's: it brings no instance of its own.
  const [now] = await active();
  await cloud.ec2.TerminateInstances({ InstanceIds: [now!.InstanceId!] });
  await cloud.advance("2m");
  assert.equal((await running(cloud)).length, 1);
  await cloud.ec2.DeleteFleets({ FleetIds: [FleetId!], TerminateInstances: true });
  await cloud.advance("5m");
  assert.deepEqual(await running(cloud), []);
  await cloud.stop();
});
