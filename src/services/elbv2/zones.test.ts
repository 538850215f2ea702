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
