import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "./test-cloud.ts";

test("an operation that is not implemented says so", async () => {
  const cloud = createTestCloud();
  await assert.rejects(cloud.clients.sqs(cloud.caller).CancelMessageMoveTask({ TaskHandle: "x" }), {
    code: "NotImplemented",
    status: 501,
  });
  await cloud.stop();
});

test("a cloud may be stopped twice, load balancers and all", async () => {
  const cloud = createTestCloud();
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  await cloud.clients.elbv2(cloud.caller).CreateLoadBalancer({
    Name: "web",
    Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!),
  });
  await cloud.advance("1m");
  await Promise.all([cloud.host.stop(), cloud.host.stop()]);
  await cloud.stop();
  await cloud.host.stop();
});
