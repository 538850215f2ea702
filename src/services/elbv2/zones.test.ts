import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

test("targets come into use with their zone, and fall out of it with it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { Subnets } = await cloud.ec2.DescribeSubnets({});
  const [SubnetId, CidrBlock] = [Subnets![2]!.SubnetId!, Subnets![2]!.CidrBlock!];
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup();
  const Id = CidrBlock.replace(/\d+\/\d+$/, "77");
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  await cloud.listen(LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("2s");
  const stateOf = async () => (await cloud.healthOf(TargetGroupArn!))[0]![0];
  assert.equal(await stateOf(), "unused");
  await cloud.elb.SetSubnets({ LoadBalancerArn, Subnets: [...cloud.subnets, SubnetId] });
  await cloud.advance("1s");
  assert.notEqual(await stateOf(), "unused");
  await cloud.elb.SetSubnets({ LoadBalancerArn, Subnets: cloud.subnets });
  await cloud.advance("1s");
  assert.equal(await stateOf(), "unused");
});

test("subnets and the internet gateway stay while a load balancer needs them", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, vpcId, elb } = cloud;
  const { InternetGateways } = await ec2.DescribeInternetGateways({});
  const { InternetGatewayId } = InternetGateways![0]!;
  const { LoadBalancerArn } = await cloud.createBalancer();
  await cloud.advance("1s");
  const [SubnetId] = cloud.subnets;
  await assert.rejects(ec2.DeleteSubnet({ SubnetId }), {
    code: "DependencyViolation",
    message: `The subnet '${SubnetId}' has dependencies and cannot be deleted.`,
  });
  const detach = { InternetGatewayId, VpcId: vpcId };
  await assert.rejects(ec2.DetachInternetGateway(detach), {
    code: "DependencyViolation",
    message: `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
  });
  await elb.DeleteLoadBalancer({ LoadBalancerArn });
  await cloud.createBalancer("inside", { Scheme: "internal" });
  await cloud.advance("10s");
  await ec2.DetachInternetGateway(detach);
});

test("a load balancer needs eight free addresses in each of its subnets", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { ec2, elb } = cloud;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: "10.9.0.0/16" });
  const subnetIn = async (AvailabilityZone: string, CidrBlock: string) => {
    const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc!.VpcId, AvailabilityZone, CidrBlock });
    return Subnet!.SubnetId!;
  };
  const narrow = await subnetIn("us-east-1a", "10.9.0.0/28");
  const wide = await subnetIn("us-east-1b", "10.9.1.0/24");
  const other = await subnetIn("us-east-1c", "10.9.2.0/24");
  for (let taken = 0; taken < 4; taken++) await ec2.CreateNetworkInterface({ SubnetId: narrow });
  const full = {
    code: "InvalidSubnet",
    message: `Not enough IP space available in ${narrow}. ELB requires at least 8 free IP addresses in each subnet.`,
  };
  const inside = { Name: "inside", Scheme: "internal" as const };
  await assert.rejects(elb.CreateLoadBalancer({ ...inside, Subnets: [narrow, wide] }), full);
  const network = { ...inside, Name: "net", Type: "network" as const };
  await assert.rejects(elb.CreateLoadBalancer({ ...network, Subnets: [narrow] }), full);
  // Where the address is chosen no other is needed.
  const chosen = { SubnetId: narrow, PrivateIPv4Address: "10.9.0.4" };
  const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: "addresses.private-ip-address", Values: [chosen.PrivateIPv4Address] }],
  });
  for (const { NetworkInterfaceId } of NetworkInterfaces!) {
    await ec2.CreateNetworkInterface({ SubnetId: narrow });
    await ec2.DeleteNetworkInterface({ NetworkInterfaceId });
  }
  await elb.CreateLoadBalancer({ ...network, SubnetMappings: [chosen] });
  const { LoadBalancers } = await elb.CreateLoadBalancer({ ...inside, Subnets: [wide, other] });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  await assert.rejects(elb.SetSubnets({ LoadBalancerArn, Subnets: [wide, narrow] }), full);
});
