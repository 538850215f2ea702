import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const describe = async ({ ec2 }: Pick<BalancedCloud, "ec2">, description: string) => {
  const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: "description", Values: [description] }],
  });
  return NetworkInterfaces!;
};

const subnetsOf = (found: Awaited<ReturnType<typeof describe>>) =>
  new Set(found.map((one) => one.SubnetId));

const descriptionOf = (arn: string | undefined) => `ELB ${arn!.split(":loadbalancer/")[1]}`;

test("an application load balancer has an interface in each of its subnets", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, subnets, vpcId } = cloud;
  const free = async () => {
    const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: subnets });
    return Subnets!.map((subnet) => subnet.AvailableIpAddressCount!);
  };
  const before = await free();
  const group = await cloud.createSecurityGroup("web");
  const { LoadBalancerArn, State } = await cloud.createBalancer("web", {
    SecurityGroups: [group],
  });
  assert.equal(State!.Code, "provisioning");
  await cloud.advance("1s");
  const { LoadBalancers } = await cloud.elb.DescribeLoadBalancers({});
  assert.equal(LoadBalancers![0]!.State!.Code, "active");
  const found = await describe(cloud, descriptionOf(LoadBalancerArn));
  assert.deepEqual(subnetsOf(found), new Set(subnets));
  const [eni] = found;
  assert.deepEqual(
    {
      ...eni,
      NetworkInterfaceId: undefined,
      MacAddress: undefined,
      PrivateIpAddresses: undefined,
      Attachment: { ...eni!.Attachment, AttachTime: undefined },
    },
    {
      ...eni,
      NetworkInterfaceId: undefined,
      MacAddress: undefined,
      PrivateIpAddresses: undefined,
      VpcId: vpcId,
      OwnerId: cloud.caller.account,
      RequesterId: "amazon-elb",
      RequesterManaged: true,
      InterfaceType: "interface",
      Status: "in-use",
      SourceDestCheck: true,
      Groups: [{ GroupId: group, GroupName: "web" }],
      Association: {
        ...eni!.Association,
        IpOwnerId: "amazon-elb",
        AllocationId: undefined,
        AssociationId: undefined,
      },
      Attachment: {
        AttachmentId: eni!.Attachment!.AttachmentId,
        AttachTime: undefined,
        InstanceId: undefined,
        InstanceOwnerId: "amazon-elb",
        DeviceIndex: 1,
        NetworkCardIndex: 0,
        Status: "attached",
        DeleteOnTermination: false,
      },
    },
  );
  assert.match(eni!.Attachment!.AttachmentId!, /^eni-attach-/);
  assert.match(eni!.Association!.PublicIp!, /^198\.1[89]\./);
  assert.deepEqual(
    await free(),
    before.map((count) => count - 1),
  );
});

test("its interfaces are found by what AWS's tools look for", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, subnets } = cloud;
  const group = await cloud.createSecurityGroup("web");
  const { LoadBalancerArn } = await cloud.createBalancer("web", { SecurityGroups: [group] });
  await cloud.createBalancer("net", { Type: "network" });
  await cloud.advance("1s");
  const [eni] = await describe(cloud, descriptionOf(LoadBalancerArn));
  const count = async (Name: string, value: string | undefined) => {
    const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
      Filters: [{ Name, Values: [value!] }],
    });
    return NetworkInterfaces!.length;
  };
  assert.equal(await count("description", "ELB app/*"), 2);
  assert.equal(await count("description", "ELB net/*"), 2);
  assert.equal(await count("requester-id", "amazon-elb"), 4);
  assert.equal(await count("requester-managed", "true"), 4);
  assert.equal(await count("interface-type", "network_load_balancer"), 2);
  assert.equal(await count("group-id", group), 2);
  assert.equal(await count("subnet-id", subnets[0]), 2);
  // Terraform waits for these to go.
  assert.equal(await count("attachment.instance-owner-id", "amazon-elb"), 2);
  assert.equal(await count("attachment.instance-owner-id", "amazon-aws"), 2);
  assert.equal(await count("attachment.attachment-id", eni!.Attachment!.AttachmentId), 1);
  assert.equal(await count("attachment.device-index", "1"), 4);
  assert.equal(await count("attachment.delete-on-termination", "true"), 0);
  assert.equal(await count("association.ip-owner-id", "amazon-elb"), 4);
});

test("only the load balancer changes its interfaces", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2 } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer();
  const net = await cloud.createBalancer("net", { Type: "network" });
  await cloud.advance("1s");
  const [eni] = await describe(cloud, descriptionOf(LoadBalancerArn));
  const NetworkInterfaceId = eni!.NetworkInterfaceId!;
  const denied = {
    code: "AuthFailure",
    message: "You do not have permission to access the specified resource.",
  };
  const Groups = [await cloud.createSecurityGroup("other")];
  for (const call of [
    () => ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups }),
    () => ec2.AssignPrivateIpAddresses({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
    () => ec2.DetachNetworkInterface({ AttachmentId: eni!.Attachment!.AttachmentId! }),
  ])
    await assert.rejects(call, denied);
  const { AllocationId } = await ec2.AllocateAddress({});
  await assert.rejects(ec2.AssociateAddress({ AllocationId, NetworkInterfaceId }), denied);
  await assert.rejects(ec2.DeleteNetworkInterface({ NetworkInterfaceId }), {
    code: "InvalidParameterValue",
    message: `Network interface '${NetworkInterfaceId}' is currently in use.`,
  });
  const [other] = await describe(cloud, descriptionOf(net.LoadBalancerArn));
  const AttachmentId = other!.Attachment!.AttachmentId!;
  assert.match(AttachmentId, /^ela-attach-/);
  await assert.rejects(ec2.DetachNetworkInterface({ AttachmentId }), {
    code: "OperationNotPermitted",
    message: "You are not allowed to manage 'ela-attach' attachments.",
  });
  // Tags are the account's.
  await ec2.CreateTags({ Resources: [NetworkInterfaceId], Tags: [{ Key: "a", Value: "b" }] });
});

test("an Elastic IP address is a network load balancer's while it is there", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, elb, subnets } = cloud;
  const { AllocationId, PublicIp } = await ec2.AllocateAddress({});
  const mappings = [{ SubnetId: subnets[0]!, AllocationId: AllocationId! }];
  const create = (Name: string) =>
    elb.CreateLoadBalancer({ Name, Type: "network", SubnetMappings: mappings });
  const { LoadBalancers } = await create("net");
  const { LoadBalancerArn } = LoadBalancers![0]!;
  await cloud.advance("1s");
  const [eni] = await describe(cloud, descriptionOf(LoadBalancerArn));
  assert.equal(eni!.InterfaceType, "network_load_balancer");
  assert.equal(eni!.SourceDestCheck, false);
  assert.deepEqual(eni!.Groups, []);
  assert.equal(eni!.Association!.IpOwnerId, cloud.caller.account);
  const { Addresses } = await ec2.DescribeAddresses({ AllocationIds: [AllocationId!] });
  const { AssociationId, ...address } = Addresses![0]!;
  assert.equal(address.NetworkInterfaceId, eni!.NetworkInterfaceId);
  assert.equal(address.NetworkInterfaceOwnerId, cloud.caller.account);
  assert.equal(address.PrivateIpAddress, eni!.PrivateIpAddress);
  assert.equal(eni!.Association!.AssociationId, AssociationId);
  const denied = { code: "AuthFailure" };
  await assert.rejects(ec2.DisassociateAddress({ AssociationId }), denied);
  const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: subnets[0] });
  const { NetworkInterfaceId } = NetworkInterface!;
  await assert.rejects(ec2.AssociateAddress({ AllocationId, NetworkInterfaceId }), denied);
  await assert.rejects(ec2.ReleaseAddress({ AllocationId }), {
    code: "InvalidIPAddress.InUse",
    message: `Address ${PublicIp} is in use.`,
  });
  await assert.rejects(create("other"), {
    message: `The address '${AllocationId}' is already in use`,
  });
  // It may be named again: by the same request, and as what it has.
  assert.equal((await create("net")).LoadBalancers![0]!.LoadBalancerArn, LoadBalancerArn);
  await elb.SetSubnets({
    LoadBalancerArn,
    SubnetMappings: [...mappings, { SubnetId: subnets[1]! }],
  });
  await cloud.advance("1s");
  assert.equal((await describe(cloud, descriptionOf(LoadBalancerArn))).length, 2);
  await elb.DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.advance("1s");
  await assert.rejects(ec2.ReleaseAddress({ AllocationId }), { code: "InvalidIPAddress.InUse" });
  await cloud.advance("10s");
  await ec2.ReleaseAddress({ AllocationId });
});

test("a private address that was chosen is the interface's, and nobody else's", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, elb, subnets } = cloud;
  const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: [subnets[0]!] });
  const base = Subnets![0]!.CidrBlock!.replace(/\.\d+\/.*$/, "");
  const create = (Name: string, PrivateIPv4Address: string) =>
    elb.CreateLoadBalancer({
      Name,
      Type: "network",
      Scheme: "internal",
      SubnetMappings: [{ SubnetId: subnets[0]!, PrivateIPv4Address }],
    });
  await ec2.CreateNetworkInterface({ SubnetId: subnets[0], PrivateIpAddress: `${base}.78` });
  await assert.rejects(create("net", `${base}.78`), {
    message: `The address '${base}.78' is already in use`,
  });
  const { LoadBalancers } = await create("net", `${base}.77`);
  await cloud.advance("1s");
  const [eni] = await describe(cloud, descriptionOf(LoadBalancers![0]!.LoadBalancerArn));
  assert.equal(eni!.PrivateIpAddress, `${base}.77`);
  assert.equal(eni!.Association, undefined);
  await assert.rejects(
    ec2.CreateNetworkInterface({ SubnetId: subnets[0], PrivateIpAddress: `${base}.77` }),
    { code: "InvalidIPAddress.InUse" },
  );
});

test("interfaces follow the load balancer's subnets and groups, and leave after it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, elb, subnets } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer();
  await cloud.advance("1s");
  const look = () => describe(cloud, descriptionOf(LoadBalancerArn));
  const before = await look();
  const { Subnets } = await ec2.DescribeSubnets({});
  const third = Subnets!.map((one) => one.SubnetId!).find((id) => !subnets.includes(id))!;
  await elb.SetSubnets({ LoadBalancerArn, Subnets: [subnets[0]!, third] });
  const group = await cloud.createSecurityGroup("web");
  await elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [group] });
  await cloud.advance("1s");
  const after = await look();
  assert.deepEqual(subnetsOf(after), new Set([subnets[0], third]));
  for (const one of after) assert.deepEqual(one.Groups, [{ GroupId: group, GroupName: "web" }]);
  const kept = before.find((one) => one.SubnetId === subnets[0])!;
  assert.ok(after.some((one) => one.NetworkInterfaceId === kept.NetworkInterfaceId));
  await elb.DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.advance("1s");
  assert.equal((await look()).length, 2, "they outlive it for a while");
  await assert.rejects(ec2.DeleteSecurityGroup({ GroupId: group }), {
    code: "DependencyViolation",
  });
  await cloud.advance("10s");
  assert.deepEqual(await look(), []);
  await ec2.DeleteSecurityGroup({ GroupId: group });
});

test("interfaces have IPv6 addresses while their load balancer is dualstack", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, elb, vpcId, subnets } = cloud;
  await ec2.AssociateVpcCidrBlock({ VpcId: vpcId, AmazonProvidedIpv6CidrBlock: true });
  const { Vpcs } = await ec2.DescribeVpcs({ VpcIds: [vpcId] });
  const block = Vpcs![0]!.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock!;
  const prefixes = subnets.map((_id, index) => block.replace(/00::\/56$/, `0${index}::`));
  for (const [index, SubnetId] of subnets.entries())
    await ec2.AssociateSubnetCidrBlock({ SubnetId, Ipv6CidrBlock: `${prefixes[index]}/64` });
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "net",
    Type: "network",
    IpAddressType: "dualstack",
    SubnetMappings: [
      { SubnetId: subnets[0], IPv6Address: `${prefixes[0]}10` },
      { SubnetId: subnets[1] },
    ],
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  const look = async () => {
    await cloud.advance("1s");
    const found = await describe(cloud, descriptionOf(LoadBalancerArn));
    return subnets.map((id) =>
      found.find((one) => one.SubnetId === id)!.Ipv6Addresses!.map((one) => one.Ipv6Address),
    );
  };
  const [[chosen], drawn] = (await look()) as [string[], string[]];
  assert.equal(chosen, `${prefixes[0]}10`);
  assert.equal(drawn.length, 1);
  await elb.SetIpAddressType({ LoadBalancerArn, IpAddressType: "ipv4" });
  assert.deepEqual(await look(), [[], []]);
});

test("interfaces of a load balancer that was deleted leave after a restart, too", async (context) => {
  const store = createMemoryStore();
  const kept: Store = Object.assign(Object.create(store) as Store, { close: async () => {} });
  const cloud = createTestCloud({ store: kept });
  const { elbv2, ec2 } = cloud.clients;
  const { Subnets } = await ec2(cloud.caller).DescribeSubnets({});
  const { LoadBalancers } = await elbv2(cloud.caller).CreateLoadBalancer({
    Name: "web",
    Subnets: Subnets!.slice(0, 2).map((one) => one.SubnetId!),
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  await cloud.advance("1s");
  await elbv2(cloud.caller).DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.stop();
  const again = createTestCloud({ store });
  context.after(() => again.stop());
  const look = () =>
    describe({ ec2: again.clients.ec2(again.caller) }, descriptionOf(LoadBalancerArn));
  assert.equal((await look()).length, 2);
  await again.clients.elbv2(again.caller).DescribeLoadBalancers({});
  await again.advance("30s");
  assert.deepEqual(await look(), []);
});

test("wherever the process ends, the next one finds its way to one interface per subnet, and to none", async () => {
  let reached = true;
  for (let allowed = 0; reached; allowed++) {
    const store = createMemoryStore();
    const life = mortal(store);
    const cloud = createTestCloud({ store: life.store, silent: true });
    const elb = cloud.clients.elbv2(cloud.caller);
    const ec2 = cloud.clients.ec2(cloud.caller);
    const { Subnets } = await ec2.DescribeSubnets({});
    const [first, second] = Subnets!.map((one) => one.SubnetId!);
    const { AllocationId } = await ec2.AllocateAddress({});
    const { LoadBalancers } = await elb.CreateLoadBalancer({
      Name: "net",
      Type: "network",
      SubnetMappings: [{ SubnetId: first, AllocationId }, { SubnetId: second }],
    });
    const { LoadBalancerArn } = LoadBalancers![0]!;
    life.endAfter(allowed);
    await cloud.advance("1s");
    reached = life.hasEnded();
    await cloud.stop();

    const next = createTestCloud({ store: mortal(store).store });
    try {
      const look = () =>
        describe({ ec2: next.clients.ec2(next.caller) }, descriptionOf(LoadBalancerArn));
      await next.clients.elbv2(next.caller).DescribeLoadBalancers({});
      await next.advance("1m");
      const found = await look();
      assert.deepEqual(subnetsOf(found), new Set([first, second]), `ended after ${allowed}`);
      assert.equal(found.length, 2, `ended after ${allowed}`);
      const elastic = found.find((one) => one.SubnetId === first)!.Association!;
      assert.equal(elastic.AllocationId, AllocationId, `ended after ${allowed}`);
      await next.clients.elbv2(next.caller).DeleteLoadBalancer({ LoadBalancerArn });
      await next.advance("1m");
      assert.deepEqual(await look(), []);
    } finally {
      await next.stop();
    }
  }
});

/** A store that takes no more transactions after so many, as if the process had been killed then. */
function mortal(store: Store) {
  let left = Infinity;
  const own: Store = Object.assign(Object.create(store) as Store, {
    close: async () => {},
    transaction: async (run: Parameters<Store["transaction"]>[0]) => {
      if (left <= 0) {
        left = -1;
        throw new Error("the process has ended");
      }
      left--;
      return store.transaction(run);
    },
  });
  return {
    store: own,
    endAfter: (transactions: number) => void (left = transactions),
    hasEnded: () => left < 0,
  };
}
