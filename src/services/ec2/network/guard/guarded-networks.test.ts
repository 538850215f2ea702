import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";
import { guardedNetworks } from "./guarded-networks.ts";
import { readNetworkRecords } from "./read-records.ts";

test("an instance's rules are its groups', with the way out that its subnet has", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web" });
  await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 80, ToPort: 81, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
      { IpProtocol: "icmp", FromPort: 8, ToPort: -1, UserIdGroupPairs: [{ GroupId }] },
    ],
  });
  const [id] = await cloud.run();
  await ec2.ModifyInstanceAttribute({ InstanceId: id, Groups: [GroupId!] });
  const look = async () => {
    const records = await cloud.store.transaction((tx) => readNetworkRecords(tx, cloud.caller));
    return guardedNetworks(records, [])[0]!.machines.get(id!)!;
  };
  const rules = await look();
  assert.deepEqual(rules.ingress, [
    { protocol: 6, ports: { from: 80, to: 81 }, cidrs: ["10.0.0.0/8"], groups: [] },
    { protocol: 1, icmp: { type: 8 }, cidrs: [], groups: [GroupId] },
  ]);
  assert.deepEqual(rules.egress, [{ cidrs: ["0.0.0.0/0"], groups: [] }]);
  assert.equal(rules.acl, undefined, "the default list lets all pass");
  assert.deepEqual(rules.routes, [
    { cidr: "172.31.0.0/16", to: "network" },
    { cidr: "0.0.0.0/0", to: "outside" },
  ]);
  assert.deepEqual(rules.resolvers, ["172.31.0.2", "169.254.169.253"]);

  const { NetworkAcls } = await ec2.DescribeNetworkAcls({});
  await ec2.CreateNetworkAclEntry({
    NetworkAclId: NetworkAcls![0]!.NetworkAclId,
    RuleNumber: 50,
    Protocol: "6",
    RuleAction: "deny",
    Egress: false,
    CidrBlock: "1.2.3.0/24",
    PortRange: { From: 22, To: 22 },
  });
  const { ingress, egress } = (await look()).acl!;
  assert.deepEqual(ingress, [
    { protocol: 6, ports: { from: 22, to: 22 }, cidr: "1.2.3.0/24", allow: false },
    { cidr: "0.0.0.0/0", allow: true },
    { cidr: "0.0.0.0/0", allow: false },
  ]);
  assert.equal(egress.length, 2);
  await cloud.stop();
});

test("without a public address an internet gateway leads nowhere", async () => {
  const cloud = createTestCloud();
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Subnets } = await ec2.DescribeSubnets({});
  const { SubnetId } = Subnets![0]!;
  await ec2.ModifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: false } });
  const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId });
  const records = await cloud.store.transaction((tx) => readNetworkRecords(tx, cloud.caller));
  const [eni] = records.interfaces.map((one) => ({
    ...one,
    attachment: {
      attachmentId: "eni-attach-1",
      instanceId: "i-1",
      deviceIndex: 0,
      attachedMs: 0,
      deleteOnTermination: true,
    },
  }));
  assert.equal(eni!.networkInterfaceId, NetworkInterface!.NetworkInterfaceId);
  const [network] = guardedNetworks({ ...records, interfaces: [eni!] }, [
    {
      vpcId: eni!.vpcId,
      nodes: [{ address: "172.31.0.77", host: "127.64.1.1" }],
      groups: ["sg-1"],
    },
  ]);
  assert.deepEqual(network!.machines.get("i-1")!.routes.at(-1), {
    cidr: "0.0.0.0/0",
    to: "nowhere",
  });
  assert.deepEqual(network!.members.at(-1), {
    privateIp: "172.31.0.77",
    at: { host: "127.64.1.1" },
    groups: ["sg-1"],
  });
  await cloud.stop();
});
