import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

async function launch(cloud: Ec2Cloud, more: object, count = 1) {
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "c5.large",
    MinCount: count,
    MaxCount: count,
    ...more,
  });
  return Instances!;
}

test("a partition group spreads its instances over its partitions", async () => {
  const cloud = createEc2Cloud();
  const { PlacementGroup } = await cloud.ec2.CreatePlacementGroup({
    GroupName: "parts",
    Strategy: "partition",
    PartitionCount: 3,
  });
  assert.equal(PlacementGroup!.PartitionCount, 3);
  const spread = await launch(cloud, { Placement: { GroupName: "parts" } }, 4);
  assert.deepEqual(
    spread.map(({ Placement }) => Placement!.PartitionNumber),
    [1, 2, 3, 1],
  );
  const [chosen] = await launch(cloud, {
    Placement: { GroupId: PlacementGroup!.GroupId, PartitionNumber: 3 },
  });
  assert.equal(chosen!.Placement!.PartitionNumber, 3);
  await assert.rejects(launch(cloud, { Placement: { GroupName: "parts", PartitionNumber: 4 } }), {
    code: "InvalidParameterValue",
  });
  await assert.rejects(cloud.ec2.DeletePlacementGroup({ GroupName: "parts" }), {
    code: "InvalidPlacementGroup.InUse",
  });
  await cloud.stop();
});

test("a spread group has seven per zone, a cluster stays in its zone", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.CreatePlacementGroup({ GroupName: "apart", Strategy: "spread" });
  const zone = (AvailabilityZone: string, GroupName: string) => ({
    Placement: { GroupName, AvailabilityZone },
  });
  await launch(cloud, zone("us-east-1a", "apart"), 7);
  await assert.rejects(launch(cloud, zone("us-east-1a", "apart")), {
    code: "InstanceLimitExceeded",
  });
  await launch(cloud, zone("us-east-1b", "apart"));
  await cloud.ec2.CreatePlacementGroup({ GroupName: "close", Strategy: "cluster" });
  await launch(cloud, zone("us-east-1a", "close"));
  await assert.rejects(launch(cloud, zone("us-east-1b", "close")), {
    code: "InvalidParameterCombination",
  });
  await assert.rejects(
    launch(cloud, { ...zone("us-east-1a", "close"), InstanceType: "t3.micro" }),
    {
      code: "InvalidParameterCombination",
      message:
        "Cluster placement groups are not supported by the 't3.micro' instance type. Specify a supported instance type or change the placement group strategy, and try again.",
    },
  );
  await assert.rejects(launch(cloud, { Placement: { GroupName: "none" } }), {
    code: "InvalidPlacementGroup.Unknown",
  });
  await cloud.stop();
});

test("matching instances use an open reservation, stopped ones give their place back", async () => {
  const cloud = createEc2Cloud();
  const made = await cloud.ec2.CreateCapacityReservation({
    InstanceType: "c5.large",
    InstancePlatform: "Linux/UNIX",
    AvailabilityZone: "us-east-1a",
    InstanceCount: 2,
  });
  const id = made.CapacityReservation!.CapacityReservationId!;
  const available = async () =>
    (await cloud.ec2.DescribeCapacityReservations({ CapacityReservationIds: [id] }))
      .CapacityReservations![0]!.AvailableInstanceCount;
  const three = await launch(cloud, {}, 3);
  assert.deepEqual(
    three.map(({ CapacityReservationId }) => CapacityReservationId),
    [id, id, undefined],
  );
  await launch(cloud, { InstanceMarketOptions: { MarketType: "spot" } });
  assert.equal(await available(), 0);
  await cloud.advance("1m");
  await cloud.ec2.StopInstances({ InstanceIds: [three[0]!.InstanceId!] });
  await cloud.advance("1m");
  assert.equal(await available(), 1);
  const only = {
    CapacityReservationSpecification: {
      CapacityReservationPreference: "capacity-reservations-only",
    },
  };
  const [last] = await launch(cloud, only);
  assert.equal(last!.CapacityReservationId, id);
  await assert.rejects(launch(cloud, only), { code: "ReservationCapacityExceeded" });
  await cloud.ec2.StartInstances({ InstanceIds: [three[0]!.InstanceId!] });
  await cloud.ec2.ModifyCapacityReservation({ CapacityReservationId: id, InstanceCount: 3 });
  assert.equal(await available(), 1);
  await assert.rejects(
    cloud.ec2.ModifyCapacityReservation({ CapacityReservationId: id, InstanceCount: 1 }),
    { code: "InvalidInstanceCount" },
  );
  await cloud.ec2.CancelCapacityReservation({ CapacityReservationId: id });
  const { CapacityReservations } = await cloud.ec2.DescribeCapacityReservations({
    Filters: [{ Name: "state", Values: ["cancelled"] }],
  });
  assert.equal(CapacityReservations![0]!.TotalInstanceCount, 0);
  await cloud.stop();
});

test("a targeted reservation takes those that name it, until it expires", async () => {
  const cloud = createEc2Cloud();
  const made = await cloud.ec2.CreateCapacityReservation({
    InstanceType: "c5.large",
    InstancePlatform: "Linux/UNIX",
    AvailabilityZone: "us-east-1a",
    InstanceCount: 1,
    InstanceMatchCriteria: "targeted",
    EndDateType: "limited",
    EndDate: new Date(cloud.clock.now() + 600_000),
  });
  const CapacityReservationId = made.CapacityReservation!.CapacityReservationId!;
  const [plain] = await launch(cloud, {});
  assert.equal(plain!.CapacityReservationId, undefined);
  const target = {
    CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId } },
  };
  const [named] = await launch(cloud, target);
  assert.equal(named!.CapacityReservationId, CapacityReservationId);
  await cloud.advance("11m");
  await assert.rejects(launch(cloud, target), { code: "InvalidParameterValue" });
  await cloud.stop();
});

test("a Dedicated Host is filled, and released when it is empty", async () => {
  const cloud = createEc2Cloud();
  const { HostIds } = await cloud.ec2.AllocateHosts({
    AvailabilityZone: "us-east-1a",
    InstanceFamily: "c5",
    Quantity: 1,
    AutoPlacement: "on",
  });
  const [HostId] = HostIds!;
  const [instance] = await launch(cloud, { Placement: { Tenancy: "host" } });
  assert.equal(instance!.Placement!.HostId, HostId);
  const { Hosts } = await cloud.ec2.DescribeHosts({ HostIds });
  assert.equal(Hosts![0]!.AvailableCapacity!.AvailableVCpus, 70);
  const refused = await cloud.ec2.ReleaseHosts({ HostIds });
  assert.equal(refused.Unsuccessful![0]!.Error!.Code, "Client.InvalidHost.Occupied");
  await cloud.ec2.TerminateInstances({ InstanceIds: [instance!.InstanceId!] });
  await cloud.advance("1m");
  assert.deepEqual((await cloud.ec2.ReleaseHosts({ HostIds })).Successful, HostIds);
  await cloud.stop();
});

test("a stopped instance moves into another group", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.CreatePlacementGroup({ GroupName: "close", Strategy: "cluster" });
  const [instance] = await launch(cloud, {});
  const InstanceId = instance!.InstanceId!;
  await cloud.advance("1m");
  const modify = () => cloud.ec2.ModifyInstancePlacement({ InstanceId, GroupName: "close" });
  await assert.rejects(modify(), { code: "IncorrectInstanceState" });
  await cloud.ec2.StopInstances({ InstanceIds: [InstanceId] });
  await cloud.advance("1m");
  await modify();
  const { Reservations } = await cloud.ec2.DescribeInstances({
    Filters: [{ Name: "placement-group-name", Values: ["close"] }],
  });
  assert.equal(Reservations!.length, 1);
  await cloud.stop();
});
