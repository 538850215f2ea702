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
    sites: () => [{ matches: () => false, handle: () => ({ status: 200, headers: {} }) }],
    crossOrigin: () => ({ headersFor: () => undefined }),
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
  assert.deepEqual([cloud.host.sites(), cloud.host.crossOrigin()], [[], []]);
  await cloud.host.load("sqs");
  assert.deepEqual([cloud.host.sites().length, cloud.host.crossOrigin().length], [1, 1]);
  await cloud.stop();
  assert.deepEqual(told, ["start", "stop", "start", "stop"]);
});

test("a service that does not end keeps no other from ending", async () => {
  const ended: string[] = [];
  const serviceOf = <S extends "sqs" | "sns">(name: S, stop: () => void) =>
    defineService<S>({ name, createState: () => undefined, operations: {}, stop });
  const cloud = createTestCloud({
    registry: {
      sqs: async () => ({
        service: serviceOf("sqs", () => {
          throw new Error("it holds on");
        }),
      }),
      sns: async () => ({ service: serviceOf("sns", () => void ended.push("sns")) }),
    },
  });
  await cloud.host.load("sqs");
  await cloud.host.load("sns");
  await assert.rejects(cloud.host.stop(), (error: AggregateError) => {
    assert.match(String(error.errors[0]), /it holds on/);
    return true;
  });
  assert.deepEqual(ended, ["sns"]);
});
