import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test, type TestContext } from "node:test";
import type { MachineRules } from "../../network-rules.ts";
import { machineSpec } from "../../testing/machine-spec.ts";
import { createProcessHarness } from "../testing/process-harness.ts";

const [id, privateIp] = ["i-guarded", "10.0.0.4"];

/** A running machine that these rules are for; nothing may leave it otherwise. */
async function guardedMachine(
  t: TestContext,
  { rules = {}, environment = {} }: { rules?: Partial<MachineRules>; environment?: object },
) {
  const harness = await createProcessHarness("root");
  t.after(() => harness.dispose());
  const { driver } = harness;
  const none = { ingress: [], egress: [], routes: [], resolvers: [], reaches: [] };
  await driver.guard!.describe({
    id: "vpc-1",
    members: [{ privateIp, at: { machineId: id }, groups: [] }],
    machines: new Map([[id, { privateIps: [privateIp], ...none, ...rules }]]),
  });
  await driver.launch(machineSpec(id, { environment: { ...environment } }));
  if ((await harness.record(id)).ownAddress) return driver;
  t.skip("needs eBPF, and root for it");
}

test("a machine that nothing may leave binds its private address and finds the cloud under localhost", async (t) => {
  const cloud = createServer((socket) => socket.end("cloud")).listen(0, "::1");
  await once(cloud, "listening");
  t.after(() => cloud.close());
  const { port } = cloud.address() as { port: number };
  const environment = { AWS_ENDPOINT_URL: `http://localhost:${port}` };
  const driver = await guardedMachine(t, { environment });
  if (!driver) return;
  const program = `
const { connect, createServer } = require("node:net");
const { once } = require("node:events");
const ask = async (options) => String((await once(connect(options), "data"))[0]);
(async () => {
  const server = createServer((socket) => socket.end("machine")).listen(0, "${privateIp}");
  await once(server, "listening");
  const { port } = server.address();
  console.log(await ask({ port, host: "${privateIp}", localAddress: "${privateIp}" }));
  console.log(await ask({ port, host: "127.0.0.1" }));
  console.log(await ask({ port: ${port}, host: "::1" }));
})().finally(() => process.exit());`;
  const { stdout, stderr } = await driver.execute(id, ["node", "-e", program]);
  assert.deepEqual(stdout.trim().split("\n"), ["machine", "machine", "cloud"], stderr);
});

test("the kernel takes as many rules as a network interface may have", async (t) => {
  // https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
  const ingress = Array.from({ length: 1000 }, (_, index) => ({
    protocol: 6,
    ports: { from: 10 + index * 7, to: 20 + index * 7 },
    cidrs: [`10.${index % 200}.0.0/16`],
    groups: [`sg-${index % 5}`],
  }));
  const driver = await guardedMachine(t, { rules: { ingress } });
  if (!driver) return;
  assert.ok(driver.guard!.translates(id));
});
