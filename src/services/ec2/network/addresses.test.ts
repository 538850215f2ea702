import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function withInterface(
  run: (
    ec2: ReturnType<ReturnType<typeof createTestCloud>["clients"]["ec2"]>,
    NetworkInterfaceId: string,
  ) => Promise<void>,
) {
  const cloud = createTestCloud();
  const ec2 = cloud.clients.ec2(cloud.caller);
  const [subnet] = (await ec2.DescribeSubnets({})).Subnets!;
  const made = await ec2.CreateNetworkInterface({ SubnetId: subnet!.SubnetId });
  await run(ec2, made.NetworkInterface!.NetworkInterfaceId!);
  await cloud.stop();
}

test("an Elastic IP address is associated, moved and released", () =>
  withInterface(async (ec2, NetworkInterfaceId) => {
    const { AllocationId, PublicIp } = await ec2.AllocateAddress({ Domain: "vpc" });
    const { AssociationId } = await ec2.AssociateAddress({ AllocationId, NetworkInterfaceId });
    const [eni] = (await ec2.DescribeNetworkInterfaces({})).NetworkInterfaces!;
    assert.equal(eni!.Association!.PublicIp, PublicIp);
    const { Addresses: found } = await ec2.DescribeAddresses({
      Filters: [{ Name: "network-interface-id", Values: [NetworkInterfaceId] }],
    });
    assert.equal(found![0]!.AssociationId, AssociationId);
    assert.equal(found![0]!.PrivateIpAddress, eni!.PrivateIpAddress);
    await assert.rejects(ec2.ReleaseAddress({ AllocationId }), {
      code: "InvalidIPAddress.InUse",
      message: `Address ${PublicIp} is in use.`,
    });
    const second = await ec2.AllocateAddress({});
    await assert.rejects(
      ec2.AssociateAddress({ AllocationId: second.AllocationId, NetworkInterfaceId }),
      { code: "Resource.AlreadyAssociated" },
    );
    await ec2.DisassociateAddress({ AssociationId });
    await ec2.ReleaseAddress({ AllocationId });
    await assert.rejects(ec2.ReleaseAddress({ AllocationId }), {
      code: "InvalidAllocationID.NotFound",
      message: `The allocation ID '${AllocationId}' does not exist`,
    });
  }));

test("a deleted interface gives its addresses back", () =>
  withInterface(async (ec2, NetworkInterfaceId) => {
    const { AllocationId } = await ec2.AllocateAddress({});
    await ec2.AssociateAddress({ AllocationId, NetworkInterfaceId });
    await ec2.AssignPrivateIpAddresses({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 2 });
    const { PrivateIpAddresses: own } = (await ec2.DescribeNetworkInterfaces({}))
      .NetworkInterfaces![0]!;
    const again = own!.map((one) => one.PrivateIpAddress!);
    await ec2.AssignPrivateIpAddresses({ NetworkInterfaceId, PrivateIpAddresses: again });
    const free = async () =>
      (await ec2.DescribeSubnets({})).Subnets!.map((subnet) => subnet.AvailableIpAddressCount!);
    assert.equal(Math.min(...(await free())), 4088);
    await ec2.DeleteNetworkInterface({ NetworkInterfaceId });
    assert.equal(Math.min(...(await free())), 4091);
    const { Addresses: left } = await ec2.DescribeAddresses({});
    assert.equal(left![0]!.AssociationId, undefined);
    await assert.rejects(ec2.DeleteNetworkInterface({ NetworkInterfaceId }), {
      code: "InvalidNetworkInterfaceID.NotFound",
    });
  }));

test("a released address comes back to its account on request", () =>
  withInterface(async (ec2) => {
    const { AllocationId, PublicIp } = await ec2.AllocateAddress({});
    const notFound = {
      code: "InvalidAddress.NotFound",
      message: `Address '${PublicIp}' not found.`,
    };
    await assert.rejects(ec2.AllocateAddress({ Address: PublicIp }), notFound);
    await ec2.ReleaseAddress({ AllocationId });
    const again = await ec2.AllocateAddress({ Address: PublicIp });
    assert.equal(again.PublicIp, PublicIp);
    assert.notEqual(again.AllocationId, AllocationId);
    await assert.rejects(ec2.AllocateAddress({ Address: PublicIp }), notFound);
  }));

test("an instance in the default VPC gives a released address back by itself, an interface does not", () =>
  withInterface(async (ec2, NetworkInterfaceId) => {
    const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
    const { Instances } = await ec2.RunInstances({
      ImageId: Images![0]!.ImageId,
      MinCount: 1,
      MaxCount: 1,
    });
    const { InstanceId } = Instances![0]!;
    const { AllocationId, PublicIp } = await ec2.AllocateAddress({});
    await ec2.AssociateAddress({ AllocationId, NetworkInterfaceId });
    await assert.rejects(ec2.ReleaseAddress({ AllocationId }), { code: "InvalidIPAddress.InUse" });
    await ec2.AssociateAddress({ AllocationId, InstanceId, AllowReassociation: true });
    await ec2.ReleaseAddress({ AllocationId });
    const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({});
    assert.ok(NetworkInterfaces!.every((eni) => eni.Association?.PublicIp !== PublicIp));
  }));
