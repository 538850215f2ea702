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
