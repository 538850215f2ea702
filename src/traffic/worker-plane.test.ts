import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createHttpClient } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { createLog } from "#runtime/log.ts";
import { whyNoPrecedence } from "#runtime/precedence.ts";
import {
  balancer,
  defaultRule,
  forward,
  listener,
  target,
  targetGroup,
  wall,
} from "./application/testing/stage.ts";
import {
  listener as networkListener,
  target as networkTarget,
  targetGroup as networkGroup,
} from "./network/testing/stage.ts";
import { createWorkerPlane } from "./worker-plane.ts";

test("the data plane works the same from a thread of its own", async () => {
  const errors: unknown[] = [];
  const plane = createWorkerPlane({
    wall,
    log: createLog({ level: "silent" }),
    onError: (error) => void errors.push(error),
    onExit: () => void errors.push("exit"),
  });
  const backend = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    handler: () => ({ status: 200, headers: {}, body: "far away" }),
  });
  const reach = { host: "127.0.0.1", port: backend.port };
  const check = {
    tls: false,
    version: "HTTP1" as const,
    reach,
    host: "a",
    path: "/",
    matcher: "200",
    timeoutMs: 20_000,
  };
  assert.deepEqual(await plane.check(check), { healthy: true, status: 200 });
  assert.deepEqual(await plane.check({ ...check, matcher: "201" }), {
    healthy: false,
    reason: "mismatch",
    status: 200,
  });
  const [bound] = await plane.configure({
    ...balancer,
    loopbackHost: "127.77.1.2",
    zones: ["us-east-1a"],
    listeners: [listener([defaultRule(forward("tg"))], 18_080)],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const client = createHttpClient({ wall });
  const response = await client.request({
    address: bound!,
    method: "GET",
    target: "/",
    rawHeaders: ["Host", "a"],
  });
  assert.equal(String(await readBody(response.body, 100)), "far away");
  const [report] = await plane.report();
  assert.equal(report!.zones["us-east-1a"]!.requests, 1);
  assert.deepEqual(await plane.checkTcp({ reach, timeoutMs: 20_000 }), { healthy: true });
  const [byZone] = await plane.configureNetwork({
    arn: "net",
    nodes: [{ zone: "us-east-1a", host: "127.77.1.3" }],
    recorded: [],
    listeners: [{ ...networkListener, port: 18_081 }],
    targetGroups: [{ ...networkGroup, targets: [networkTarget(backend.port)] }],
  });
  const through = await client.request({
    address: byZone!["us-east-1a"]!,
    method: "GET",
    target: "/",
    rawHeaders: ["Host", "a"],
  });
  assert.equal(String(await readBody(through.body, 100)), "far away");
  const [network] = await plane.reportNetwork();
  assert.equal(network!.nodes[0]!.counts.newFlows, 1);
  assert.deepEqual(await plane.flowRecords(), []);
  await plane.removeNetwork("net");
  client.close();
  await plane.close();
  await backend.close(0);
  assert.deepEqual(errors, []);
});

/** The scheduling policies of this process's threads: 0 is the usual one, 2 SCHED_RR. */
function policies(): number[] {
  return readdirSync("/proc/self/task").flatMap((thread) => {
    let stat;
    try {
      stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    } catch {
      return []; // It has ended meanwhile.
    }
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38]);
  });
}

test(
  "of all threads the data plane's alone goes first",
  { skip: (await whyNoPrecedence()) ?? false },
  async () => {
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push(line) });
    const fail = (error?: unknown) => assert.fail(String(error));
    const plane = createWorkerPlane({ wall, log, onError: fail, onExit: fail });
    while (!policies().includes(2)) await sleep(50);
    assert.equal(policies().filter((policy) => policy !== 0).length, 1);
    await plane.close();
    assert.ok(policies().every((policy) => policy === 0));
    assert.deepEqual(lines, []);
  },
);
