import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("an interface comes with the addresses that its launch lists, or as many as it counts", async () => {
  const cloud = createEc2Cloud();
  const { Subnets } = await cloud.ec2.DescribeSubnets({});
  const { SubnetId, CidrBlock } = Subnets![0]!;
  const net = CidrBlock!.split(".").slice(0, 3).join(".");
  const launch = async (own: object, MaxCount = 1) => {
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, ...own }],
    });
    return Instances![0]!.NetworkInterfaces![0]!.PrivateIpAddresses!;
  };
  const listed = await launch({
    PrivateIpAddresses: [
      { PrivateIpAddress: `${net}.21` },
      { PrivateIpAddress: `${net}.20`, Primary: true },
    ],
  });
  assert.deepEqual(
    listed.map((one) => [one.PrivateIpAddress, one.Primary]),
    [
      [`${net}.20`, true],
      [`${net}.21`, false],
    ],
  );
  const counted = await launch({ SecondaryPrivateIpAddressCount: 1 });
  assert.deepEqual(
    counted.map((one) => one.Primary),
    [true, false],
  );
  assert.equal(new Set(counted.map((one) => one.PrivateIpAddress)).size, 2);
  // A t3.micro has room for two addresses on each of its interfaces.
  await assert.rejects(launch({ SecondaryPrivateIpAddressCount: 2 }), {
    code: "PrivateIpAddressLimitExceeded",
  });
  await assert.rejects(launch({ SecondaryPrivateIpAddressCount: 1 }, 2), {
    code: "InvalidParameterCombination",
  });
  await assert.rejects(launch({ PrivateIpAddress: `${net}.30` }, 2), {
    code: "InvalidParameterCombination",
  });
  await cloud.stop();
});
