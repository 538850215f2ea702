import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestCloud } from "#cloud/testing/test-cloud.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function withCloud(
  run: (ec2: ReturnType<TestCloud["clients"]["ec2"]>, cloud: TestCloud) => Promise<void>,
) {
  const cloud = createTestCloud();
  try {
    await run(cloud.clients.ec2(cloud.caller), cloud);
  } finally {
    await cloud.stop();
  }
}

test("every region has a default VPC with a subnet in each zone and a way out", () =>
  withCloud(async (ec2, cloud) => {
    const [vpc, ...others] = (await ec2.DescribeVpcs({})).Vpcs!;
    assert.equal(others.length, 0);
    assert.equal(vpc!.CidrBlock, "172.31.0.0/16");
    assert.equal(vpc!.IsDefault, true);
    const { Subnets: subnets } = await ec2.DescribeSubnets({
      Filters: [{ Name: "default-for-az", Values: ["true"] }],
    });
    assert.deepEqual(
      subnets!.map((subnet) => subnet.AvailabilityZone!).toSorted((a, b) => a.localeCompare(b)),
      ["a", "b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`),
    );
    assert.ok(subnets!.every((s) => s.AvailableIpAddressCount === 4091 && s.MapPublicIpOnLaunch));
    const { RouteTables: tables } = await ec2.DescribeRouteTables({
      Filters: [{ Name: "association.main", Values: ["true"] }],
    });
    assert.deepEqual(
      tables![0]!.Routes!.map((r) => [r.DestinationCidrBlock, r.State]),
      [
        ["172.31.0.0/16", "active"],
        ["0.0.0.0/0", "active"],
      ],
    );
    const { NetworkAcls: acls } = await ec2.DescribeNetworkAcls({});
    assert.equal(acls![0]!.Associations!.length, 6);
    const { SecurityGroups: groups } = await ec2.DescribeSecurityGroups({});
    assert.deepEqual(
      groups!.map((g) => [g.GroupName, g.Description]),
      [["default", "default VPC security group"]],
    );
    assert.equal(groups![0]!.IpPermissions![0]!.UserIdGroupPairs![0]!.GroupId, groups![0]!.GroupId);
    const there = cloud.clients.ec2({ ...cloud.caller, region: "eu-west-1" });
    assert.equal((await there.DescribeSubnets({})).Subnets!.length, 3);
    assert.notEqual((await there.DescribeVpcs({})).Vpcs![0]!.VpcId, vpc!.VpcId);
  }));

test("the default VPC is made anew only when asked for", () =>
  withCloud(async (ec2) => {
    const [vpc] = (await ec2.DescribeVpcs({})).Vpcs!;
    await assert.rejects(ec2.CreateDefaultVpc({}), { code: "DefaultVpcAlreadyExists" });
    await assert.rejects(ec2.DeleteVpc({ VpcId: vpc!.VpcId }), {
      code: "DependencyViolation",
      message: `The vpc '${vpc!.VpcId}' has dependencies and cannot be deleted.`,
    });
    for (const { SubnetId } of (await ec2.DescribeSubnets({})).Subnets!)
      await ec2.DeleteSubnet({ SubnetId });
    const [gateway] = (await ec2.DescribeInternetGateways({})).InternetGateways!;
    const InternetGatewayId = gateway!.InternetGatewayId;
    await ec2.DetachInternetGateway({ InternetGatewayId, VpcId: vpc!.VpcId });
    await ec2.DeleteInternetGateway({ InternetGatewayId });
    await ec2.DeleteVpc({ VpcId: vpc!.VpcId });
    assert.equal((await ec2.DescribeVpcs({})).Vpcs!.length, 0);
    assert.equal((await ec2.DescribeSecurityGroups({})).SecurityGroups!.length, 0);
    const { Vpc: again } = await ec2.CreateDefaultVpc({});
    assert.ok(again!.IsDefault && again!.VpcId !== vpc!.VpcId);
  }));

test("VPCs are between /16 and /28, and subnets lie inside without overlapping", () =>
  withCloud(async (ec2) => {
    await assert.rejects(ec2.CreateVpc({ CidrBlock: "10.0.0.0/8" }), {
      code: "InvalidVpc.Range",
      message: "The CIDR '10.0.0.0/8' is invalid.",
    });
    await assert.rejects(ec2.CreateVpc({ CidrBlock: "10.0.0.0" }), {
      code: "InvalidParameterValue",
      message:
        "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    });
    const { Vpc: vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
    const VpcId = vpc!.VpcId;
    const { Subnet: subnet } = await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.0/24" });
    assert.equal(subnet!.AvailableIpAddressCount, 251);
    await assert.rejects(ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.128/25" }), {
      code: "InvalidSubnet.Conflict",
      message: "The CIDR '10.0.1.128/25' conflicts with another subnet",
    });
    await assert.rejects(ec2.CreateSubnet({ VpcId, CidrBlock: "10.1.0.0/24" }), {
      code: "InvalidSubnet.Range",
    });
    await ec2.AssociateVpcCidrBlock({ VpcId, CidrBlock: "10.1.0.0/16" });
    await ec2.CreateSubnet({ VpcId, CidrBlock: "10.1.0.0/24" });
    await assert.rejects(
      ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.2.0/24", AvailabilityZone: "us-east-1z" }),
      { code: "InvalidParameterValue", message: /us-east-1a, us-east-1b/ },
    );
    await assert.rejects(ec2.DescribeVpcs({ VpcIds: ["vpc-12345678"] }), {
      code: "InvalidVpcID.NotFound",
      message: "The vpc ID 'vpc-12345678' does not exist",
    });
  }));

test("DNS attributes of a VPC are changed one at a time", () =>
  withCloud(async (ec2) => {
    const { Vpc: vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
    const VpcId = vpc!.VpcId!;
    const hostnames = () => ec2.DescribeVpcAttribute({ VpcId, Attribute: "enableDnsHostnames" });
    assert.equal((await hostnames()).EnableDnsHostnames!.Value, false);
    await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    assert.equal((await hostnames()).EnableDnsHostnames!.Value, true);
  }));

test("a subnet is routed by the main table until it is associated with another", () =>
  withCloud(async (ec2) => {
    const { Vpc: vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
    const VpcId = vpc!.VpcId;
    const { Subnet: subnet } = await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.1.0/24" });
    const { RouteTable: table } = await ec2.CreateRouteTable({ VpcId });
    const RouteTableId = table!.RouteTableId!;
    const { InternetGateway: gateway } = await ec2.CreateInternetGateway({});
    const GatewayId = gateway!.InternetGatewayId!;
    const route = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0" };
    await assert.rejects(ec2.CreateRoute({ ...route, GatewayId }), {
      code: "InvalidParameterValue",
      message: `route table ${RouteTableId} and network gateway ${GatewayId} belong to different networks`,
    });
    await ec2.AttachInternetGateway({ InternetGatewayId: GatewayId, VpcId });
    await ec2.CreateRoute({ ...route, GatewayId });
    await assert.rejects(ec2.CreateRoute({ ...route, GatewayId }), {
      code: "RouteAlreadyExists",
      message: "The route identified by 0.0.0.0/0 already exists.",
    });
    const { AssociationId } = await ec2.AssociateRouteTable({
      RouteTableId,
      SubnetId: subnet!.SubnetId,
    });
    await assert.rejects(ec2.DeleteRouteTable({ RouteTableId }), { code: "DependencyViolation" });
    await ec2.DetachInternetGateway({ InternetGatewayId: GatewayId, VpcId });
    const { RouteTables: tables } = await ec2.DescribeRouteTables({
      Filters: [{ Name: "route.state", Values: ["blackhole"] }],
    });
    assert.deepEqual(
      tables!.map((one) => one.RouteTableId),
      [RouteTableId],
    );
    await assert.rejects(ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: "10.0.0.0/16" }), {
      code: "InvalidParameterValue",
      message: `cannot remove local route 10.0.0.0/16 in route table ${RouteTableId}`,
    });
    await ec2.DeleteRoute(route);
    await ec2.DisassociateRouteTable({ AssociationId });
    await ec2.DeleteRouteTable({ RouteTableId });
  }));

test("a NAT gateway comes up, goes away and gives its address back", () =>
  withCloud(async (ec2, cloud) => {
    const [subnet] = (await ec2.DescribeSubnets({})).Subnets!;
    const { AllocationId } = await ec2.AllocateAddress({});
    const request = { SubnetId: subnet!.SubnetId!, AllocationId, ClientToken: "once" };
    const { NatGateway: nat } = await ec2.CreateNatGateway(request);
    assert.equal(nat!.State, "pending");
    const again = await ec2.CreateNatGateway(request);
    assert.equal(again.NatGateway!.NatGatewayId, nat!.NatGatewayId);
    const state = async () =>
      (await ec2.DescribeNatGateways({ NatGatewayIds: [nat!.NatGatewayId!] })).NatGateways![0]!;
    await cloud.advance("61s");
    assert.equal((await state()).State, "available");
    await assert.rejects(ec2.ReleaseAddress({ AllocationId }), { code: "InvalidIPAddress.InUse" });
    await ec2.DeleteNatGateway({ NatGatewayId: nat!.NatGatewayId });
    assert.equal((await state()).State, "deleting");
    await cloud.advance("1m");
    assert.equal((await state()).State, "deleted");
    await ec2.ReleaseAddress({ AllocationId });
    assert.equal((await ec2.DescribeNetworkInterfaces({})).NetworkInterfaces!.length, 0);
    await cloud.advance("2h");
    await assert.rejects(state(), { code: "NatGatewayNotFound" });
  }));

test("peering needs acceptance and runs out after a week", () =>
  withCloud(async (ec2, cloud) => {
    const make = async (CidrBlock: string) => (await ec2.CreateVpc({ CidrBlock })).Vpc!.VpcId!;
    const [VpcId, PeerVpcId] = [await make("10.0.0.0/16"), await make("10.1.0.0/16")];
    const peer = async () =>
      (await ec2.CreateVpcPeeringConnection({ VpcId, PeerVpcId })).VpcPeeringConnection!
        .VpcPeeringConnectionId!;
    const accepted = await peer();
    const { VpcPeeringConnection: active } = await ec2.AcceptVpcPeeringConnection({
      VpcPeeringConnectionId: accepted,
    });
    assert.equal(active!.Status!.Code, "active");
    const late = await peer();
    await cloud.advance("8d");
    await assert.rejects(ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: late }), {
      code: "InvalidStateTransition",
    });
  }));

test("a gateway endpoint is a route, an interface endpoint an interface", () =>
  withCloud(async (ec2) => {
    const [vpc] = (await ec2.DescribeVpcs({})).Vpcs!;
    const [table] = (await ec2.DescribeRouteTables({})).RouteTables!;
    const [subnet] = (await ec2.DescribeSubnets({})).Subnets!;
    const { VpcEndpoint: s3 } = await ec2.CreateVpcEndpoint({
      VpcId: vpc!.VpcId,
      ServiceName: "com.amazonaws.us-east-1.s3",
      RouteTableIds: [table!.RouteTableId!],
    });
    const gateways = async () =>
      (await ec2.DescribeRouteTables({})).RouteTables![0]!.Routes!.map((route) => route.GatewayId);
    assert.ok((await gateways()).includes(s3!.VpcEndpointId));
    assert.equal(JSON.parse(s3!.PolicyDocument!).Version, "2008-10-17");
    const VpcEndpointId = s3!.VpcEndpointId!;
    const RouteTableId = table!.RouteTableId!;
    // A table that is there already is no new route.
    await ec2.ModifyVpcEndpoint({ VpcEndpointId, AddRouteTableIds: [RouteTableId] });
    await assert.rejects(
      ec2.CreateRoute({ RouteTableId, DestinationCidrBlock: "10.9.0.0/16", VpcEndpointId }),
      {
        code: "RouteNotSupported",
        message: `Route table contains unsupported route target: ${VpcEndpointId}. VPC Endpoints of this type cannot be used as route targets.`,
      },
    );
    const { VpcEndpoint: sqs } = await ec2.CreateVpcEndpoint({
      VpcId: vpc!.VpcId,
      VpcEndpointType: "Interface",
      ServiceName: "com.amazonaws.us-east-1.sqs",
      SubnetIds: [subnet!.SubnetId!],
    });
    assert.equal(sqs!.NetworkInterfaceIds!.length, 1);
    const { Unsuccessful: failed } = await ec2.DeleteVpcEndpoints({
      VpcEndpointIds: [s3!.VpcEndpointId!, sqs!.VpcEndpointId!, "vpce-12345678"],
    });
    assert.equal(failed![0]!.Error!.Code, "InvalidVpcEndpointId.NotFound");
    assert.ok(!(await gateways()).includes(s3!.VpcEndpointId));
    assert.equal((await ec2.DescribeNetworkInterfaces({})).NetworkInterfaces!.length, 0);
  }));

test("a new network ACL denies everything until entries are added", () =>
  withCloud(async (ec2) => {
    const [vpc] = (await ec2.DescribeVpcs({})).Vpcs!;
    const { NetworkAcl: acl } = await ec2.CreateNetworkAcl({ VpcId: vpc!.VpcId });
    const NetworkAclId = acl!.NetworkAclId!;
    assert.deepEqual(
      acl!.Entries!.map((entry) => [entry.RuleNumber, entry.RuleAction]),
      [
        [32767, "deny"],
        [32767, "deny"],
      ],
    );
    const entry = {
      NetworkAclId,
      RuleNumber: 100,
      Protocol: "tcp",
      RuleAction: "allow" as const,
      Egress: false,
      CidrBlock: "0.0.0.0/0",
      PortRange: { From: 80, To: 80 },
    };
    await ec2.CreateNetworkAclEntry(entry);
    await assert.rejects(ec2.CreateNetworkAclEntry(entry), {
      code: "NetworkAclEntryAlreadyExists",
    });
    const [standard] = (
      await ec2.DescribeNetworkAcls({
        Filters: [{ Name: "default", Values: ["true"] }],
      })
    ).NetworkAcls!;
    const AssociationId = standard!.Associations![0]!.NetworkAclAssociationId;
    await ec2.ReplaceNetworkAclAssociation({ AssociationId, NetworkAclId });
    await assert.rejects(ec2.DeleteNetworkAcl({ NetworkAclId }), { code: "DependencyViolation" });
  }));
