import assert from "node:assert/strict";
import { test } from "node:test";
import { defineService } from "#services/kit/service.ts";
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

test("a service that could not be loaded leaves nothing behind, and is loaded at the next call", async () => {
  const told: string[] = [];
  const fails = () => told.filter((word) => word === "start").length === 1;
  const service = defineService<"sqs">({
    name: "sqs",
    createState: () => undefined,
    operations: {},
    async start() {
      told.push("start");
      if (fails()) throw new Error("not yet");
    },
    async stop() {
      told.push("stop");
    },
  });
  const cloud = createTestCloud({ registry: { sqs: async () => ({ service }) } });
  await assert.rejects(cloud.host.load("sqs"), /not yet/);
  assert.deepEqual(told, ["start", "stop"]);
  await cloud.host.load("sqs");
  await cloud.stop();
  assert.deepEqual(told, ["start", "stop", "start", "stop"]);
});
