import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("an instance is launched on the Spot market, and its request ends with it", async () => {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "m5.large",
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: { MarketType: "spot" },
  });
  const [instance] = Instances!;
  assert.equal(instance!.InstanceLifecycle, "spot");
  const requests = async () => {
    const { SpotInstanceRequests } = await cloud.ec2.DescribeSpotInstanceRequests({
      SpotInstanceRequestIds: [instance!.SpotInstanceRequestId!],
    });
    return SpotInstanceRequests![0]!;
  };
  const open = await requests();
  assert.deepEqual(
    [open.State, open.Status!.Code, open.InstanceId, open.SpotPrice],
    ["active", "fulfilled", instance!.InstanceId, "0.096000"],
  );
  await cloud.advance("1m");
  await assert.rejects(cloud.ec2.StopInstances({ InstanceIds: [instance!.InstanceId!] }), {
    code: "UnsupportedOperation",
    message: `You can't stop the Spot Instance '${instance!.InstanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
  });
  await cloud.ec2.TerminateInstances({ InstanceIds: [instance!.InstanceId!] });
  await cloud.advance("1m");
  const closed = await requests();
  assert.deepEqual([closed.State, closed.Status!.Code], ["closed", "instance-terminated-by-user"]);
  await cloud.stop();
});

test("a request's groups are told with their ids and their names", async () => {
  const cloud = createEc2Cloud();
  const { GroupId } = await cloud.ec2.CreateSecurityGroup({ GroupName: "web", Description: "web" });
  const launch = async (groups: object) => {
    const { SpotInstanceRequests } = await cloud.ec2.RequestSpotInstances({
      LaunchSpecification: { ImageId: cloud.imageId, InstanceType: "m5.large", ...groups },
    });
    return SpotInstanceRequests![0]!.LaunchSpecification!.SecurityGroups;
  };
  assert.deepEqual(await launch({ SecurityGroups: ["web"] }), [{ GroupId, GroupName: "web" }]);
  assert.deepEqual(await launch({ SecurityGroupIds: [GroupId!] }), [{ GroupId, GroupName: "web" }]);
  const { SpotInstanceRequests } = await cloud.ec2.DescribeSpotInstanceRequests({
    Filters: [{ Name: "launch.group-name", Values: ["web"] }],
  });
  assert.equal(SpotInstanceRequests!.length, 2);
  await cloud.stop();
});

test("a maximum price below the market's launches nothing", async () => {
  const cloud = createEc2Cloud();
  const { SpotPriceHistory } = await cloud.ec2.DescribeSpotPriceHistory({
    InstanceTypes: ["m5.large"],
  });
  assert.equal(SpotPriceHistory!.length, 6);
  for (const { SpotPrice } of SpotPriceHistory!)
    assert.ok(Number(SpotPrice) >= 0.0288 && Number(SpotPrice) <= 0.0576);
  const launch = cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "m5.large",
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.001" } },
  });
  await assert.rejects(launch, { code: "SpotMaxPriceTooLow" });
  const { Reservations } = await cloud.ec2.DescribeInstances({});
  assert.deepEqual(Reservations, []);
  await cloud.stop();
});

test("instance types are found by their attributes", async () => {
  const cloud = createEc2Cloud();
  const find = async (more: object) => {
    const { InstanceTypes } = await cloud.ec2.GetInstanceTypesFromInstanceRequirements({
      ArchitectureTypes: ["x86_64"],
      VirtualizationTypes: ["hvm"],
      InstanceRequirements: {
        VCpuCount: { Min: 2, Max: 2 },
        MemoryMiB: { Min: 4096, Max: 8192 },
        ...more,
      },
    });
    return InstanceTypes!.map(({ InstanceType }) => InstanceType!);
  };
  const plain = await find({});
  assert.ok(plain.includes("m5.large") && plain.includes("c5.large"));
  assert.ok(!plain.includes("t3.medium") && !plain.includes("m6g.large"));
  assert.ok((await find({ BurstablePerformance: "included" })).includes("t3.medium"));
  const disks = await find({ LocalStorage: "required", AllowedInstanceTypes: ["c5*", "m5*"] });
  assert.deepEqual(disks, ["c5ad.large", "c5d.large", "m5ad.large", "m5d.large", "m5dn.large"]);
  await cloud.stop();
});
