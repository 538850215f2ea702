/**
 * Machines as a user waits for them: from the launch to the first byte that an instance's server
 * sends, for an image that brings the server along (golden) and for one whose user data installs it
 * first (bootstrapped); CreateImage of 1 GB; and what 200 process machines
 * at rest cost the whole of Fogbank.
 * Docker's rows need an engine with "fogbank/base" (node tools/docker-base-image.ts).
 *
 *     node bench/machines.ts            BENCH_ROUNDS=5 BENCH_MACHINES=200
 */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { examineEngine, isChosen } from "#compute/docker/examine-engine.ts";
import { findEngine } from "#compute/docker/engine/find-engine.ts";
import { createDockerDriver } from "#compute/docker/docker-driver.ts";
import { labelFilter, labels } from "#compute/docker/labels.ts";
import type { ComputeDriver, MachineSpec } from "#compute/driver.ts";
import { createProcessDriver } from "#compute/process/process-driver.ts";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";

import { benchDirectory } from "./load/directory.ts";
import { interruption } from "./load/interruption.ts";
import { measureRest } from "./machines/rest.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const manyMachines = Number(process.env["BENCH_MACHINES"] ?? 200);
const port = 8088;
const run = promisify(execFile);
const interrupted = interruption();
const pause = (ms: number) => sleep(ms, undefined, { signal: interrupted });
const clock = createScaledClock({
  onError: (error) => {
    throw error;
  },
});
const log = createLog({ level: "error" });
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

const serve = `exec node /opt/server.js\n`;
/** A service's usual first boot: files from an archive, a few commands, then the server. */
const install = `mkdir -p /opt/app && cd /opt/app
i=0; while [ $i -lt 400 ]; do echo "module.exports = $i" > "module-$i.js"; i=$((i+1)); done
tar -czf /tmp/app.tar.gz . && tar -xzf /tmp/app.tar.gz -C /opt
head -c 60000000 /dev/urandom > /opt/assets && gzip -1 -c /opt/assets | sha256sum > /opt/assets.sum
cat > /opt/server.js <<'EOF'
require("node:http").createServer((_, reply) => reply.end("hello")).listen(${port}, process.env.HOST)
EOF
`;
const script = (text: string) => Buffer.from(`#!/bin/sh\n${text}`);

let count = 0;
function specOf(given: Partial<MachineSpec>): MachineSpec {
  const id = `i-${String(++count).padStart(17, "0")}`;
  return {
    id,
    image: { id: "ami-base" },
    environment: {},
    cpus: 2,
    memoryBytes: 1024 ** 3,
    hostname: `${id}.ec2.internal`,
    privateIp: "10.0.0.9",
    labels: {},
    ...given,
  };
}

async function firstByteMs(driver: ComputeDriver, given: Partial<MachineSpec>) {
  const startMs = performance.now();
  const spec = specOf(given);
  await driver.launch(spec);
  for (;;) {
    const reach = await driver.reach(spec.id, port);
    if (reach && "host" in reach) {
      const text = await fetch(`http://${reach.host}:${reach.port}/`).then(
        (reply) => reply.text(),
        () => "",
      );
      if (text === "hello") return { id: spec.id, ms: performance.now() - startMs };
    }
    await pause(5);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** The same capture by the plainest means, in milliseconds; what it made is gone afterwards. */
interface BareCapture {
  bareName: string;
  readonly bareCapture: (machineId: string) => Promise<number>;
}

async function measure(
  driver: ComputeDriver,
  { bareName, bareCapture }: BareCapture,
): Promise<void> {
  const warm = await firstByteMs(driver, { userData: script(install + serve) });
  await driver.snapshot(warm.id, "ami-golden");
  await driver.terminate(warm.id);
  const times = { golden: [] as number[], bootstrapped: [] as number[] };
  for (let round = 0; round < rounds; round++)
    for (const kind of ["golden", "bootstrapped"] as const) {
      const { id, ms } = await firstByteMs(driver, {
        ...(kind === "golden" && { image: { id: "ami-golden" } }),
        userData: script(kind === "golden" ? serve : install + serve),
      });
      times[kind].push(ms);
      await driver.terminate(id);
    }
  const golden = median(times.golden);
  const bootstrapped = median(times.bootstrapped);
  console.log(
    `${driver.name}: first byte of a golden image ${seconds(golden)}, bootstrapped ${seconds(bootstrapped)} (${(bootstrapped / golden).toFixed(1)} times)`,
  );

  const big = specOf({});
  await driver.launch(big);
  await driver.execute(big.id, ["sh", "-c", "head -c 1000000000 /dev/urandom > /opt/big; sync"]);
  const captures = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    captures.ours.push(await timed(() => driver.snapshot(big.id, "ami-big")));
    await driver.deleteImage("ami-big");
    captures.bare.push(await bareCapture(big.id));
  }
  const [ours, bare] = [median(captures.ours), median(captures.bare)];
  console.log(
    `${driver.name}: CreateImage of 1 GB ${seconds(ours)}, ${(ours / bare).toFixed(2)} times what ${bareName} takes (${seconds(bare)})`,
  );
  await driver.terminate(big.id);
  await driver.deleteImage("ami-golden");
}

const dataDir = benchDirectory();
try {
  const driver = await createProcessDriver({ dataDir, clock, log });
  try {
    await measure(driver, {
      bareName: "cp -a of its root",
      async bareCapture(id) {
        const copy = join(dataDir, "copy");
        const from = join(dataDir, "machines", id, "root");
        const ms = await timed(() => run("cp", ["-a", from, copy]));
        rmSync(copy, { recursive: true });
        return ms;
      },
    });
  } finally {
    await driver.close({ terminate: true });
  }
  const facts = await examineEngine(undefined, clock.wall);
  const { engine } = await findEngine(clock.wall);
  if (!engine || !isChosen(facts)) console.log(`docker: not measured (${facts.text})`);
  else {
    const docker = await createDockerDriver({ engine, dataDir, clock, log });
    try {
      await measure(docker, {
        bareName: "docker commit",
        async bareCapture(id) {
          const filters = labelFilter(`${labels.machine}=${id}`);
          const query = { all: true, filters };
          const [found] = await engine.json<{ Id: string }[]>("GET", "/containers/json", { query });
          const asked = { container: found!.Id, repo: "fogbank-bench", pause: true };
          const ms = await timed(() => engine.call("POST", "/commit", { query: asked, body: {} }));
          await engine.call("DELETE", "/images/fogbank-bench");
          return ms;
        },
      });
    } finally {
      await docker.close({ terminate: true });
    }
  }
  await measureRest(manyMachines, interrupted);
} finally {
  clock.stop();
}
