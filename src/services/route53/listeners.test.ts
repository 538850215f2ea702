import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { createLog } from "#runtime/log.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { eventually } from "#runtime/testing/eventually.ts";
import { createWall } from "#runtime/wall.ts";
import { startCloud } from "#cloud/cloud.ts";
import { createDnsEngine } from "./dataplane/engine.ts";
import { createListeners } from "./listeners.ts";

const onError = (error: unknown) => assert.fail(String(error));

/** Takes a port in both protocols; gives it, and what gives it back. */
async function takePort(): Promise<{ port: number; free: () => Promise<void> }> {
  const udp = createSocket("udp4");
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const { port } = udp.address();
  const tcp = createServer();
  tcp.listen(port, "127.0.0.1");
  await once(tcp, "listening");
  const free = async () => {
    udp.close();
    tcp.close();
    await Promise.all([once(udp, "close"), once(tcp, "close")]);
  };
  return { port, free };
}

function stage() {
  const engine = createDnsEngine({
    random: createSeededRandom(1),
    wall: createWall(onError),
    onError,
  });
  const lines: { level: string; message: string }[] = [];
  const timers: { delayMs: number; run: () => void; isCancelled: boolean }[] = [];
  let turn = Promise.resolve();
  const listeners = createListeners({
    plane: () => engine,
    wall: {
      after(delayMs, task) {
        const timer = { delayMs, run: () => void task(), isCancelled: false };
        timers.push(timer);
        return { cancel: () => void (timer.isCancelled = true) };
      },
    },
    log: createLog({ write: (line) => lines.push(JSON.parse(line)) }),
    inTurn(task) {
      turn = turn.then(task);
    },
  });
  const pass = async () => {
    timers.at(-1)!.run();
    await turn;
  };
  return { engine, listeners, lines, timers, pass };
}

const told = { missing: "the port is not there", found: "the port is there" };

test("a port that is taken is tried for ever more seldom, and warned of once, until it is free", async (t) => {
  const { port, free } = await takePort();
  const { engine, listeners, lines, timers, pass } = stage();
  t.after(() => engine.close());
  const config = { host: "127.0.0.1", port, vpcId: "vpc-1" };
  const ports: number[] = [];
  const onPort = (bound: number) => void ports.push(bound);
  assert.equal(await listeners.want(config, { ...told, onPort }), undefined);
  for (const delayS of [1, 2, 4, 8, 16, 30, 30]) {
    assert.equal(timers.at(-1)!.delayMs / 1000, delayS);
    await pass();
  }
  assert.deepEqual(
    lines.map(({ level, message }) => `${level} ${message}`),
    ["warn the port is not there"],
  );
  await free();
  await pass();
  assert.equal(timers.length, 8);
  assert.deepEqual(ports, [port]);
  assert.equal(lines.at(-1)!.message, "the port is there");
});

test("an address that is not wanted any more is not tried for", async (t) => {
  const { port, free } = await takePort();
  const { engine, listeners, timers, pass } = stage();
  t.after(() => engine.close());
  const config = { host: "127.0.0.1", port };
  await listeners.want(config, told);
  await listeners.drop(config);
  assert.ok(timers[0]!.isCancelled);
  await listeners.want(config, told);
  listeners.clear();
  assert.ok(timers[1]!.isCancelled);
  await free();
  // It may have been on its way.
  await pass();
  assert.equal(await engine.listen(config), port, "nobody has it");
});

test("a server that is closed while it opens a port keeps none", async () => {
  const { port, free } = await takePort();
  await free();
  const { engine } = stage();
  const opening = engine.listen({ host: "127.0.0.1", port });
  await engine.close();
  await assert.rejects(opening, /closed/);
  const next = stage().engine;
  assert.equal(await next.listen({ host: "127.0.0.1", port }), port);
  await next.close();
});

test("names are answered once the DNS server's port is free", async (t) => {
  const { port, free } = await takePort();
  const cloud = await startCloud({ compute: "simulated", logLevel: "silent", dnsPort: port });
  t.after(() => cloud.stop());
  const found = async () => {
    const reply = await fetch(`${cloud.endpoint}/_fogbank/dns`);
    return ((await reply.json()) as { port?: number }).port;
  };
  assert.equal(await found(), undefined);
  await free();
  assert.equal(await eventually("it has its port", found), port);
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  await assert.rejects(resolver.resolve4("none.us-east-1.elb.localhost"), { code: "ENOTFOUND" });
});
