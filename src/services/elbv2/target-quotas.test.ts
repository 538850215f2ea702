import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

/** Ports of one address of the VPC's first subnet, each a target of its own. */
const ports = (from: number, count: number) =>
  Array.from({ length: count }, (_one, index) => ({ Id: "172.31.0.10", Port: from + index }));

test("a network load balancer has five hundred targets in a zone, however many groups they are in", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb, subnets } = cloud;
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: "edge",
    Type: "network",
    Subnets: subnets,
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  const tooMany = {
    code: "TooManyTargets",
    message: `The maximum number of targets has been reached on load balancer '${LoadBalancerArn}'`,
  };
  const groups: string[] = [];
  for (const Name of ["first", "second"])
    groups.push((await cloud.createGroup({ Name, Protocol: "TCP" })).TargetGroupArn!);
  const [first, second] = groups as [string, string];
  const listen = (TargetGroupArn: string, Port: number) =>
    elb.CreateListener({
      LoadBalancerArn,
      Protocol: "TCP",
      Port,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });
  await elb.RegisterTargets({ TargetGroupArn: first, Targets: ports(1000, 499) });
  await listen(first, 7001);
  await elb.RegisterTargets({ TargetGroupArn: second, Targets: ports(2000, 2) });
  await assert.rejects(listen(second, 7002), tooMany);
  await elb.DeregisterTargets({ TargetGroupArn: second, Targets: ports(2000, 1) });
  await listen(second, 7002);
  const more = { TargetGroupArn: first, Targets: ports(1600, 1) };
  await assert.rejects(elb.RegisterTargets(more), tooMany);
  // Nothing of what was refused is there.
  const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({ TargetGroupArn: first });
  assert.equal(TargetHealthDescriptions!.length, 499);
});
