import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

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

const code = (expected: string) => (error: unknown) =>
  (error as { code: string }).code === expected;

test("a prefix list keeps its versions, and what refers to it keeps it", () =>
  withCloud(async (ec2) => {
    const { PrefixList: made } = await ec2.CreateManagedPrefixList({
      PrefixListName: "offices",
      AddressFamily: "IPv4",
      MaxEntries: 2,
      Entries: [{ Cidr: "10.1.0.0/16", Description: "first" }],
    });
    const id = made!.PrefixListId!;
    assert.equal(made!.Version, 1);
    const { PrefixList: changed } = await ec2.ModifyManagedPrefixList({
      PrefixListId: id,
      CurrentVersion: 1,
      AddEntries: [{ Cidr: "10.2.0.0/16" }],
      RemoveEntries: [{ Cidr: "10.1.0.0/16" }],
    });
    assert.deepEqual([changed!.Version, changed!.State], [2, "modify-complete"]);
    await assert.rejects(
      ec2.ModifyManagedPrefixList({ PrefixListId: id, CurrentVersion: 1, PrefixListName: "x" }),
      code("PrefixListVersionMismatch"),
    );
    const cidrs = async (TargetVersion?: number) =>
      (await ec2.GetManagedPrefixListEntries({ PrefixListId: id, TargetVersion })).Entries!.map(
        ({ Cidr }) => Cidr,
      );
    assert.deepEqual([await cidrs(), await cidrs(1)], [["10.2.0.0/16"], ["10.1.0.0/16"]]);
    await ec2.RestoreManagedPrefixListVersion({
      PrefixListId: id,
      PreviousVersion: 1,
      CurrentVersion: 2,
    });
    assert.deepEqual(await cidrs(), ["10.1.0.0/16"]);
    await assert.rejects(
      ec2.ModifyManagedPrefixList({
        PrefixListId: id,
        AddEntries: [{ Cidr: "10.3.0.0/16" }, { Cidr: "10.4.0.0/16" }],
      }),
      code("PrefixListMaxEntriesExceeded"),
    );
    const { SecurityGroups } = await ec2.DescribeSecurityGroups({});
    const GroupId = SecurityGroups![0]!.GroupId!;
    const permission = { IpProtocol: "-1", PrefixListIds: [{ PrefixListId: id }] };
    await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] });
    const { PrefixList: going } = await ec2.DeleteManagedPrefixList({ PrefixListId: id });
    assert.equal(going!.State, "delete-in-progress");
    const { PrefixLists } = await ec2.DescribeManagedPrefixLists({ PrefixListIds: [id] });
    assert.equal(PrefixLists![0]!.State, "delete-failed");
    const { PrefixListAssociations } = await ec2.GetManagedPrefixListAssociations({
      PrefixListId: id,
    });
    assert.deepEqual(
      PrefixListAssociations!.map(({ ResourceId }) => ResourceId),
      [GroupId],
    );
    await ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions: [permission] });
    await ec2.DeleteManagedPrefixList({ PrefixListId: id });
    await assert.rejects(
      ec2.DescribeManagedPrefixLists({ PrefixListIds: [id] }),
      code("InvalidPrefixListID.NotFound"),
    );
  }));

test("IPv6 blocks come from Amazon, subnets take parts of them, interfaces addresses", () =>
  withCloud(async (ec2) => {
    const { Vpc } = await ec2.CreateVpc({
      CidrBlock: "10.0.0.0/16",
      AmazonProvidedIpv6CidrBlock: true,
    });
    const block = Vpc!.Ipv6CidrBlockAssociationSet![0]!;
    assert.match(block.Ipv6CidrBlock!, /^2001:db8:[0-9a-f:]*::\/56$/);
    const part = block.Ipv6CidrBlock!.replace(/\/56$/, "/64");
    const { Subnet } = await ec2.CreateSubnet({
      VpcId: Vpc!.VpcId,
      CidrBlock: "10.0.0.0/24",
      Ipv6CidrBlock: part,
    });
    await ec2.ModifySubnetAttribute({
      SubnetId: Subnet!.SubnetId,
      AssignIpv6AddressOnCreation: { Value: true },
    });
    const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: Subnet!.SubnetId });
    const id = NetworkInterface!.NetworkInterfaceId;
    const [first] = NetworkInterface!.Ipv6Addresses!;
    assert.ok(first!.Ipv6Address!.startsWith(part.split("::")[0]!));
    const { AssignedIpv6Addresses } = await ec2.AssignIpv6Addresses({
      NetworkInterfaceId: id,
      Ipv6AddressCount: 1,
    });
    await ec2.UnassignIpv6Addresses({
      NetworkInterfaceId: id,
      Ipv6Addresses: [first!.Ipv6Address!],
    });
    const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
      Filters: [{ Name: "ipv6-addresses.ipv6-address", Values: AssignedIpv6Addresses! }],
    });
    assert.equal(NetworkInterfaces!.length, 1);
    await assert.rejects(
      ec2.DisassociateVpcCidrBlock({ AssociationId: block.AssociationId }),
      code("DependencyViolation"),
    );
    await assert.rejects(
      ec2.CreateSubnet({
        VpcId: Vpc!.VpcId,
        CidrBlock: "10.0.1.0/24",
        Ipv6CidrBlock: "2001:db8:ffff:ffff::/64",
      }),
      code("InvalidSubnet.Range"),
    );
  }));

test("a virtual private gateway stands at one VPC, and propagates there alone", () =>
  withCloud(async (ec2) => {
    const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
    const { VpnGateway } = await ec2.CreateVpnGateway({ Type: "ipsec.1" });
    const VpnGatewayId = VpnGateway!.VpnGatewayId;
    const VpcId = Vpc!.VpcId;
    const { RouteTable } = await ec2.CreateRouteTable({ VpcId });
    const table = { RouteTableId: RouteTable!.RouteTableId, GatewayId: VpnGatewayId };
    await assert.rejects(ec2.EnableVgwRoutePropagation(table), code("Gateway.NotAttached"));
    await ec2.AttachVpnGateway({ VpcId, VpnGatewayId });
    await ec2.EnableVgwRoutePropagation(table);
    await ec2.CreateRoute({ ...table, DestinationCidrBlock: "192.168.0.0/16" });
    const look = async () =>
      (await ec2.DescribeRouteTables({ RouteTableIds: [table.RouteTableId!] })).RouteTables![0]!;
    assert.deepEqual((await look()).PropagatingVgws, [{ GatewayId: VpnGatewayId }]);
    await ec2.DetachVpnGateway({ VpcId, VpnGatewayId });
    const after = await look();
    assert.deepEqual(after.PropagatingVgws, []);
    assert.equal(after.Routes!.at(-1)!.State, "blackhole");
    await ec2.DeleteVpnGateway({ VpnGatewayId });
    const { VpnGateways } = await ec2.DescribeVpnGateways({});
    assert.deepEqual(
      VpnGateways!.map(({ State }) => State),
      ["deleted"],
    );
  }));

test("rules that name groups of a VPC that is no longer peered are stale", () =>
  withCloud(async (ec2) => {
    const made = async (CidrBlock: string) => {
      const { Vpc } = await ec2.CreateVpc({ CidrBlock });
      const VpcId = Vpc!.VpcId!;
      const { GroupId } = await ec2.CreateSecurityGroup({
        GroupName: "g",
        Description: "g",
        VpcId,
      });
      return { VpcId, GroupId: GroupId! };
    };
    const [a, b] = [await made("10.0.0.0/16"), await made("10.1.0.0/16")];
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection({
      VpcId: a.VpcId,
      PeerVpcId: b.VpcId,
    });
    const VpcPeeringConnectionId = VpcPeeringConnection!.VpcPeeringConnectionId;
    await ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId });
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId: a.GroupId,
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: b.GroupId }] }],
    });
    const { SecurityGroupReferenceSet } = await ec2.DescribeSecurityGroupReferences({
      GroupId: [b.GroupId],
    });
    assert.deepEqual(SecurityGroupReferenceSet, [
      { GroupId: b.GroupId, ReferencingVpcId: a.VpcId, VpcPeeringConnectionId },
    ]);
    const stale = async () =>
      (await ec2.DescribeStaleSecurityGroups({ VpcId: a.VpcId })).StaleSecurityGroupSet!;
    assert.equal((await stale()).length, 0);
    await ec2.DeleteVpcPeeringConnection({ VpcPeeringConnectionId });
    assert.deepEqual(
      (await stale()).map(({ GroupId }) => GroupId),
      [a.GroupId],
    );
  }));

test("a peering with another account's VPC is accepted over there, and seen at both ends", () =>
  withCloud(async (ec2, cloud) => {
    const other = { ...cloud.caller, account: "222222222222", region: "eu-west-1" };
    const there = cloud.clients.ec2(other);
    const { Vpc: mine } = await ec2.CreateVpc({ CidrBlock: "10.0.0.0/16" });
    const { Vpc: theirs } = await there.CreateVpc({ CidrBlock: "10.1.0.0/16" });
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection({
      VpcId: mine!.VpcId,
      PeerVpcId: theirs!.VpcId,
      PeerOwnerId: other.account,
      PeerRegion: other.region,
      TagSpecifications: [
        { ResourceType: "vpc-peering-connection", Tags: [{ Key: "side", Value: "mine" }] },
      ],
    });
    const id = { VpcPeeringConnectionId: VpcPeeringConnection!.VpcPeeringConnectionId };
    await assert.rejects(ec2.AcceptVpcPeeringConnection(id), code("OperationNotPermitted"));
    await there.AcceptVpcPeeringConnection(id);
    const look = async (client: typeof ec2) =>
      (await client.DescribeVpcPeeringConnections({})).VpcPeeringConnections![0]!;
    for (const client of [ec2, there]) {
      const { Status, AccepterVpcInfo, RequesterVpcInfo } = await look(client);
      assert.equal(Status!.Code, "active");
      assert.deepEqual(
        [AccepterVpcInfo!.OwnerId, AccepterVpcInfo!.Region, AccepterVpcInfo!.CidrBlock],
        [other.account, other.region, "10.1.0.0/16"],
      );
      assert.equal(RequesterVpcInfo!.VpcId, mine!.VpcId);
    }
    assert.equal((await look(ec2)).Tags!.length, 1);
    assert.equal((await look(there)).Tags, undefined);
    await ec2.ModifyVpcPeeringConnectionOptions({
      ...id,
      RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true },
    });
    const { PeeringOptions } = (await look(there)).RequesterVpcInfo!;
    assert.equal(PeeringOptions!.AllowDnsResolutionFromRemoteVpc, true);
    await there.DeleteVpcPeeringConnection(id);
    assert.equal((await look(ec2)).Status!.Code, "deleted");
  }));

test("a NAT gateway takes further addresses and gives them back", () =>
  withCloud(async (ec2, cloud) => {
    const { Subnets } = await ec2.DescribeSubnets({});
    const allocate = async () => (await ec2.AllocateAddress({})).AllocationId!;
    const [first, second, third] = [await allocate(), await allocate(), await allocate()];
    const { NatGateway } = await ec2.CreateNatGateway({
      SubnetId: Subnets![0]!.SubnetId!,
      AllocationId: first,
      SecondaryAllocationIds: [second],
    });
    const id = NatGateway!.NatGatewayId!;
    const more = { NatGatewayId: id, AllocationIds: [third] };
    await assert.rejects(ec2.AssociateNatGatewayAddress(more), code("IncorrectState"));
    await cloud.advance("2m");
    const { NatGatewayAddresses } = await ec2.AssociateNatGatewayAddress(more);
    assert.deepEqual(
      NatGatewayAddresses!.map(({ AllocationId, IsPrimary }) => [AllocationId, IsPrimary]),
      [
        [first, true],
        [second, false],
        [third, false],
      ],
    );
    const { NatGatewayAddresses: left } = await ec2.DisassociateNatGatewayAddress({
      NatGatewayId: id,
      AssociationIds: [NatGatewayAddresses![1]!.AssociationId!],
    });
    assert.equal(left!.length, 2);
    await ec2.ReleaseAddress({ AllocationId: second });
    await ec2.DeleteNatGateway({ NatGatewayId: id });
    await cloud.advance("2m");
    await ec2.ReleaseAddress({ AllocationId: third });
    await ec2.ReleaseAddress({ AllocationId: first });
  }));

test("no VPC is linked to EC2-Classic, and none can be", () =>
  withCloud(async (ec2) => {
    const [vpc] = (await ec2.DescribeVpcs({})).Vpcs!;
    const { VpcId } = vpc!;
    assert.deepEqual(await ec2.EnableVpcClassicLink({ VpcId }), { Return: false });
    assert.deepEqual(await ec2.DescribeVpcClassicLink({ VpcIds: [VpcId!] }), {
      Vpcs: [{ VpcId, ClassicLinkEnabled: false, Tags: [] }],
    });
    assert.deepEqual(await ec2.DescribeVpcClassicLinkDnsSupport({}), {
      Vpcs: [{ VpcId, ClassicLinkDnsSupported: false }],
    });
    await assert.rejects(
      ec2.EnableVpcClassicLinkDnsSupport({ VpcId: "vpc-00000000000000000" }),
      code("InvalidVpcID.NotFound"),
    );
  }));

test("tables, gateways, access control lists and interfaces show an empty list of tags", () =>
  withCloud(async (ec2) => {
    assert.deepEqual((await ec2.DescribeRouteTables({})).RouteTables![0]!.Tags, []);
    assert.deepEqual((await ec2.DescribeInternetGateways({})).InternetGateways![0]!.Tags, []);
    assert.deepEqual((await ec2.DescribeNetworkAcls({})).NetworkAcls![0]!.Tags, []);
    const [subnet] = (await ec2.DescribeSubnets({})).Subnets!;
    assert.equal(subnet!.Tags, undefined);
    const { NetworkInterface: eni } = await ec2.CreateNetworkInterface({
      SubnetId: subnet!.SubnetId,
    });
    assert.deepEqual(eni!.TagSet, []);
  }));

test("DHCP options hold addresses where they name servers", () =>
  withCloud(async (ec2) => {
    const make = (Key: string, ...Values: string[]) =>
      ec2.CreateDhcpOptions({ DhcpConfigurations: [{ Key, Values }] });
    await make("domain-name-servers", "AmazonProvidedDNS");
    await make("domain-name-servers", "10.2.5.1,10.2.5.2", "2001:db8::5");
    await make("netbios-node-type", "2");
    for (const wrong of [
      make("ntp-servers", "f"),
      make("netbios-node-type", "0"),
      make("netbios-name-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"),
    ])
      await assert.rejects(wrong, code("InvalidParameterValue"));
  }));

test("a subnet without IPv4 stands beside others, and nothing is put into it", () =>
  withCloud(async (ec2, cloud) => {
    const { Vpc } = await ec2.CreateVpc({
      CidrBlock: "10.0.0.0/16",
      AmazonProvidedIpv6CidrBlock: true,
    });
    const VpcId = Vpc!.VpcId!;
    const Ipv6CidrBlock = Vpc!.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock!;
    const { Subnet: made } = await ec2.CreateSubnet({ VpcId, Ipv6Native: true, Ipv6CidrBlock });
    assert.deepEqual(
      [made!.CidrBlock, made!.AvailableIpAddressCount, made!.AssignIpv6AddressOnCreation],
      [undefined, 0, true],
    );
    const SubnetId = made!.SubnetId!;
    await ec2.CreateSubnet({ VpcId, CidrBlock: "10.0.0.0/24" });
    const { Subnets } = await ec2.DescribeSubnets({
      Filters: [{ Name: "ipv6-native", Values: ["true"] }],
    });
    assert.deepEqual(
      Subnets!.map((one) => [one.SubnetId, one.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock]),
      [[SubnetId, Ipv6CidrBlock]],
    );
    await assert.rejects(ec2.CreateNetworkInterface({ SubnetId }), code("UnsupportedOperation"));
    const balancer = { Name: "six", Type: "network" as const, Subnets: [SubnetId] };
    await assert.rejects(
      cloud.clients.elbv2(cloud.caller).CreateLoadBalancer({ ...balancer, Scheme: "internal" }),
      code("InvalidSubnet"),
    );
    const { AssociationId } = Subnets![0]!.Ipv6CidrBlockAssociationSet![0]!;
    await assert.rejects(
      ec2.DisassociateSubnetCidrBlock({ AssociationId }),
      code("UnsupportedOperation"),
    );
    await assert.rejects(
      ec2.CreateSubnetCidrReservation({
        SubnetId,
        Cidr: "10.0.0.0/28",
        ReservationType: "prefix",
      }),
      code("InvalidParameterValue"),
    );
    await ec2.DeleteSubnet({ SubnetId });
  }));
