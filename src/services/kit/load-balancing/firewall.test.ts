import assert from "node:assert/strict";
import { test } from "node:test";
import { Door } from "#traffic/door.ts";
import { createGroupDirectory, type GroupMember } from "../group-directory.ts";
import { createNameDirectory } from "../name-directory.ts";
import { clientNames, inboundRules, letsOut, type Guarded } from "./firewall.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const balancer: Guarded = { vpcId: "vpc-1", scheme: "internet-facing", securityGroups: ["sg-web"] };
const tcp80 = { protocol: 6, ports: { from: 80, to: 80 } };

const member = (changes: Partial<GroupMember>): GroupMember => ({
  instanceId: "i-1",
  vpcId: "vpc-1",
  privateIps: ["10.0.0.4"],
  publicIps: ["198.18.0.7"],
  groups: ["sg-app"],
  host: "127.80.0.4",
  ...changes,
});

function stage(
  rules: Record<string, { cidrs?: string[]; groups?: string[]; egress?: true }>,
  members: GroupMember[] = [],
) {
  const groups = createGroupDirectory();
  const names = createNameDirectory();
  groups.publish(scope, {
    rules: new Map(
      Object.entries(rules).map(([id, { cidrs = [], groups: peers = [], egress }]) => {
        const own = [{ ...tcp80, cidrs, groups: peers }];
        return [id, { ingress: egress ? [] : own, egress: egress ? own : [] }];
      }),
    ),
    defaults: new Set(["sg-default"]),
    members,
  });
  return { groups, names };
}

function admits(env: ReturnType<typeof stage>, address: string, guarded = balancer): boolean {
  const door = new Door();
  door.configure(inboundRules(env, scope, guarded));
  return door.admits("tcp", 80, address);
}

test("a rule is about its protocol and its ports, and a balancer without groups about nothing", () => {
  const env = stage({ "sg-web": { cidrs: ["0.0.0.0/0"] } });
  const door = new Door();
  door.configure(inboundRules(env, scope, balancer));
  assert.equal(door.admits("tcp", 80, "127.0.0.1"), true);
  assert.equal(door.admits("tcp", 81, "127.0.0.1"), false);
  assert.equal(door.admits("udp", 80, "127.0.0.1"), false);
  assert.equal(door.admits("tcp", 80, "::1"), false, "IPv6 has ranges of its own");
  assert.equal(inboundRules(env, scope, { ...balancer, securityGroups: [] }), undefined);
});

test("an instance is what the cloud calls it: its private address, its groups", () => {
  const members = [member({})];
  const host = "127.80.0.4";
  assert.equal(admits(stage({ "sg-web": { cidrs: ["10.0.0.0/24"] } }, members), host), true);
  assert.equal(admits(stage({ "sg-web": { cidrs: ["198.18.0.7/32"] } }, members), host), true);
  assert.equal(admits(stage({ "sg-web": { cidrs: ["10.0.1.0/24"] } }, members), host), false);
  assert.equal(admits(stage({ "sg-web": { groups: ["sg-app"] } }, members), host), true);
  assert.equal(admits(stage({ "sg-web": { groups: ["sg-db"] } }, members), host), false);
  const env = stage({ "sg-web": { groups: ["sg-app"] } }, members);
  assert.equal(admits(env, "127.0.0.1"), false, "this machine is in no such group");
  const container = [member({ host: undefined })];
  assert.equal(admits(stage({ "sg-web": { groups: ["sg-app"] } }, container), "10.0.0.4"), true);
});

test("an instance of another VPC comes to a public balancer under its public address", () => {
  const env = stage({ "sg-web": { cidrs: ["10.0.0.0/8"] } }, [member({ vpcId: "vpc-2" })]);
  assert.equal(admits(env, "127.80.0.4"), false);
  assert.equal(admits(env, "127.80.0.4", { ...balancer, scheme: "internal" }), true);
});

test("a load balancer in front comes under its node's address and its groups", () => {
  const env = stage({ "sg-web": { cidrs: ["10.0.0.0/24"] }, "sg-app": { groups: ["sg-edge"] } });
  const nodes = [{ address: "10.0.0.3", host: "127.65.0.1" }];
  const sender = { vpcId: "vpc-1", nodes, groups: ["sg-edge"] };
  env.names.publish("edge", { names: [], sender });
  assert.equal(admits(env, "127.65.0.1"), true);
  assert.equal(admits(env, "127.65.0.1", { ...balancer, securityGroups: ["sg-app"] }), true);
  assert.equal(admits(env, "127.65.0.2"), false);
});

test("clients are called what they are in the cloud", () => {
  const env = stage({}, [member({}), member({ host: "127.81.0.1", vpcId: "vpc-2" })]);
  const host = "127.65.0.1";
  const nodes = [
    { address: "10.0.0.3", host },
    { address: "10.0.1.3", host },
  ];
  const sender = { vpcId: "vpc-1", nodes, groups: [] };
  env.names.publish("edge", { names: [], sender });
  assert.deepEqual(clientNames(env, scope, balancer), {
    "127.80.0.4": "10.0.0.4",
    "127.81.0.1": "198.18.0.7",
    "127.65.0.1": "10.0.0.3",
  });
});

test("what may leave is judged by the target's address and groups", () => {
  const members = [member({})];
  const instance = { instanceId: "i-1", port: 80 };
  const out = (rule: { cidrs?: string[]; groups?: string[] }, to: Parameters<typeof letsOut>[3]) =>
    letsOut(stage({ "sg-web": { ...rule, egress: true } }, members), scope, balancer, to);
  assert.equal(out({ cidrs: ["0.0.0.0/0"] }, instance), true);
  assert.equal(out({ cidrs: ["0.0.0.0/0"] }, { ...instance, port: 8080 }), false);
  assert.equal(out({ groups: ["sg-app"] }, instance), true);
  assert.equal(out({ groups: ["sg-app"] }, { address: "10.0.0.4", port: 80 }), true);
  assert.equal(out({ groups: ["sg-app"] }, { address: "10.0.0.5", port: 80 }), false);
  assert.equal(out({ cidrs: ["10.0.0.0/24"] }, instance), true);
  assert.equal(out({}, instance), false);
});
