/**
 * What calls cost from their bytes to their reply, without sockets: CPU microseconds of the process,
 * 16 calls under way. For profiles: `node --cpu-prof bench/calls.ts sqs-send`.
 */
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkInput } from "#model/constraints/check-input.ts";
import { createGateway } from "#gateway/gateway.ts";
import { createServiceHost } from "#cloud/service-host.ts";
import { defaultAccount } from "#cloud/root-credential.ts";
import { registry } from "#cloud/registry.ts";
import { createSimulatedDriver } from "#compute/simulated/simulated-driver.ts";
import { readRequestHead } from "#http/head.ts";
import { defaultLimits, WholeBody, type HttpReply } from "#http/http.ts";
import { KnownHead } from "#http/known-head.ts";
import { IncomingRequest } from "#http/request.ts";
import { readRequestLine } from "#http/syntax.ts";
import { createLog } from "#runtime/log.ts";
import { createSystemRandom } from "#runtime/random.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import { openLmdbStore } from "#store/lmdb.ts";
import type { Socket } from "node:net";
import { benchDirectory } from "./load/directory.ts";
import { scenarios } from "./load/scenarios.ts";
import { accessKeyId, secretAccessKey } from "./load/sign.ts";

const count = Number(process.env["BENCH_CALLS"] ?? 100_000);
const directory = benchDirectory();
const clock = createScaledClock({ onError: console.error });
const random = createSystemRandom();
const log = createLog({ level: "warn" });
const store = await openLmdbStore({ path: join(directory, "store"), durability: "process" });
const defaultRegion = "us-east-1";
const host = createServiceHost({
  registry,
  checkInput,
  environment: {
    clock,
    random,
    log,
    store,
    compute: createSimulatedDriver({ clock, random }),
    dataDir: directory,
    gateway: { endpoint: "http://127.0.0.1:4566", host: "127.0.0.1", port: 4566 },
    defaultRegion,
    names: createNameDirectory(),
    dns: undefined,
  },
});
const handle = createGateway({
  auth: "signed",
  defaultRegion,
  defaultAccount,
  allowedHosts: new Set(),
  clock,
  random,
  log,
  backend: () => host,
  rootCredential: {
    accessKeyId,
    secretAccessKey,
    principal: rootPrincipal(defaultAccount, defaultRegion, accessKeyId),
  },
  administration: {
    version: "bench",
    clock,
    services: () => ({}),
    reset: async () => {},
    own: () => undefined,
    defaultScope: { account: defaultAccount, region: defaultRegion },
    rootCertificate: async () => ({ status: 404, headers: {} }),
  },
});
const socket = { remoteAddress: "127.0.0.1", remotePort: 1, localPort: 4566 } as Socket;

// As on a connection that is kept.
const known = new KnownHead(readRequestLine);

async function call(bytes: Buffer): Promise<HttpReply> {
  const head = readRequestHead(bytes, defaultLimits, known)!;
  return handle(new IncomingRequest(head, new WholeBody(bytes.subarray(head.end)), socket));
}

async function prepare(requests: readonly Buffer[]): Promise<void> {
  for (const request of requests)
    for (let tries = 100; (await call(request)).status !== 200; tries--) {
      if (tries === 0) throw new Error(`refused: ${request.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

async function measure(requests: readonly Buffer[], calls: number): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const { status } = await call(requests[next++ % requests.length]!);
      if (status !== 200) throw new Error(`a call was answered with ${status}`);
    }
  };
  const start = process.cpuUsage();
  await Promise.all(Array.from({ length: 16 }, worker));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

const chosen = process.argv.slice(2);
for (const [name, scenario] of Object.entries(scenarios)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await prepare(scenario.prepare?.() ?? []);
  const requests = scenario.requests();
  await prepare(requests.slice(0, 1));
  await measure(requests, count / 5);
  const rounds = Array.from({ length: 12 }, (_, round) => round);
  const micros = [];
  for (const _ of rounds) micros.push(await measure(requests, count / rounds.length));
  console.log(
    `${scenario.title.padEnd(28)} ${Math.min(...micros)
      .toFixed(1)
      .padStart(6)} µs`,
  );
}
await host.stop();
clock.stop();
await store.close();
rmSync(directory, { recursive: true });
