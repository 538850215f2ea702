import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "#runtime/log.ts";
import type { GuardedNetwork } from "../../network-rules.ts";
import type { BpfAgent } from "./agent.ts";
import { createPacketGuard } from "./packet-guard.ts";

/** An agent that writes down what it is asked, and forgets all when it ends. */
function recorder() {
  const asked: string[] = [];
  let alive = true;
  const agent: BpfAgent = {
    ask: async (...words) => {
      asked.push(words.join(" ").slice(0, 60));
      return "";
    },
    get alive() {
      return alive;
    },
    close: () => (alive = false),
  };
  return { asked, agent };
}

const network = (members: string[], cidr = "0.0.0.0/0"): GuardedNetwork => ({
  id: "vpc-1",
  members: members.map((machineId, index) => ({
    privateIp: `10.0.0.${4 + index}`,
    at: { machineId },
    groups: ["sg-1"],
  })),
  machines: new Map(
    members.map((id, index) => [
      id,
      {
        privateIps: [`10.0.0.${4 + index}`],
        ingress: [{ cidrs: [cidr], groups: [] }],
        egress: [],
        routes: [],
        resolvers: [],
        reaches: [],
      },
    ]),
  ),
});
const machine = { group: "/group", rules: { address: "127.1.1.1", hostPorts: [] }, networkMap: 7 };
const hosts: Record<string, string> = { "i-1": "127.70.0.1", "i-2": "127.70.0.2" };

test("a member more is an entry more; only changed rules make new programs", async () => {
  const { asked, agent } = recorder();
  const guard = createPacketGuard({
    log: createLog({ level: "silent" }),
    addressOf: (id) => hosts[id]!,
    startAgent: async () => agent,
  });
  await guard.describe(network(["i-1"]));
  assert.equal(asked.length, 0, "without machines there is nobody to tell");
  assert.equal(await guard.enter("i-1", machine), true);
  const attaches = () => asked.filter((line) => line.startsWith("attach /group")).length;
  assert.equal(attaches(), 1);
  assert.ok(asked.includes("put owners 7f460001 010000000a000004"));
  asked.length = 0;
  await guard.describe(network(["i-1", "i-2"]));
  assert.equal(attaches(), 0);
  assert.deepEqual(asked, [
    "put places 010000000a000005 7f460002",
    "put owners 7f460002 010000000a000005",
    "put members 020000007f460002 01",
  ]);
  await guard.describe(network(["i-1", "i-2"], "10.0.0.0/8"));
  assert.equal(attaches(), 1);
  asked.length = 0;
  await guard.describe(network(["i-1"], "10.0.0.0/8"));
  assert.ok(asked.includes("remove places 010000000a000005"));
  guard.close();
});

test("an agent that ended is followed by one that is told everything", async () => {
  const [first, second] = [recorder(), recorder()];
  const agents = [first.agent, second.agent];
  const guard = createPacketGuard({
    log: createLog({ level: "silent" }),
    addressOf: (id) => hosts[id]!,
    startAgent: async () => agents.shift()!,
  });
  await guard.describe(network(["i-1"]));
  await guard.enter("i-1", machine);
  first.agent.close();
  await guard.describe(network(["i-1"]));
  assert.ok(second.asked.includes("map places 1 8 4 16384"));
  assert.ok(second.asked.includes("put owners 7f460001 010000000a000004"));
  assert.ok(second.asked.some((line) => line.startsWith("attach /group")));
  guard.close();
});

test("where the kernel refuses, a machine runs without, and the guard says so", async () => {
  const { agent } = recorder();
  const guard = createPacketGuard({
    log: createLog({ level: "silent" }),
    addressOf: (id) => hosts[id]!,
    startAgent: async () => ({
      ...agent,
      alive: true,
      ask: async () => {
        throw new Error("map: Operation not permitted");
      },
    }),
  });
  await guard.describe(network(["i-1"]));
  assert.equal(await guard.enter("i-1", machine), false);
  assert.deepEqual([guard.hasRules("i-1"), guard.translates("i-1")], [true, false]);
  guard.close();
});
