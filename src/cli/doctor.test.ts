import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { EngineFacts } from "#compute/docker/examine-engine.ts";
import type { HostFacts } from "#compute/host-facts.ts";
import {
  judgeCompute,
  judgeFunctions,
  judgeLowPorts,
  judgeNode,
  judgePort,
  judgePrecedence,
} from "./findings.ts";

const whole: HostFacts = {
  isolation: { level: "root", reason: undefined, user: undefined },
  refusal: undefined,
  addresses: { separate: true, bound: true, reason: undefined },
  limits: { cpu: true, memory: true, reason: undefined },
  noBlockDevices: undefined,
  missing: [],
  processors: 2,
  memoryBytes: 24 * 2 ** 30,
};

const noEngine: EngineFacts = {
  text: "there is no container engine's socket",
  answers: false,
  reachable: false,
  base: false,
  processMachines: false,
};
const engine = { ...noEngine, text: "an engine answers at /s", answers: true, reachable: true };

test("containers are taken where an engine has an image to start from, and else the reason is said", () => {
  const first = (kind: string, facts: EngineFacts) => judgeCompute(kind, whole, facts)[0]!;
  assert.match(first("auto", { ...engine, base: true }).text, /^compute driver: docker/);
  assert.match(first("auto", engine).text, /driver: process, though .* no image fogbank\/base/);
  assert.match(first("auto", noEngine).text, /driver: process, because there is no container/);
  const used = { ...engine, base: true, processMachines: true };
  assert.match(first("auto", used).text, /driver: process, because this data directory/);
  assert.equal(first("docker", { ...engine, reachable: false }).verdict, "fails");
  assert.equal(judgeCompute("docker", whole, engine)[1]!.verdict, "lacks");
  const unfiltered = judgeCompute("docker", whole, { ...engine, unfiltered: "no iptables" });
  assert.equal(unfiltered.at(-1)!.verdict, "lacks");
});

test("a host that allows everything lacks nothing", () => {
  assert.ok(judgeCompute("auto", whole, noEngine).every(({ verdict }) => verdict === "ok"));
});

test("each lack says why, and what to install", () => {
  const findings = judgeCompute(
    "auto",
    {
      ...whole,
      isolation: { level: "directory", reason: "this host has no unshare", user: 65534 },
      addresses: { separate: true, bound: false, reason: "no programs" },
      limits: { cpu: true, memory: false, reason: "memory: not mounted" },
      missing: [{ program: "unshare", debianPackage: "util-linux" }],
    },
    noEngine,
  );
  assert.deepEqual(
    findings.filter(({ verdict }) => verdict === "lacks").map(({ text }) => text),
    [
      "machines work in directories of this host, and run as user 65534: this host has no unshare",
      "a server must listen on its machine's $HOST, not on all addresses: no programs",
      "security groups are not enforced between machines: no programs",
      "no machine's packets can be lost on purpose: no programs; to delay them, machines would need a network of their own",
      "memory of instance types is not enforced: memory: not mounted; this host has 2 processors and 24 GiB",
      "EBS volumes keep their bytes and snapshots, but are no disks in machines: machines have no root file system of their own",
      "unshare is missing",
    ],
  );
  assert.equal(findings.at(-1)!.remedy, "apt-get install util-linux");
});

test("machines that would have the run of the host, old Nodes and taken ports fail", () => {
  assert.equal(judgeCompute("auto", { ...whole, refusal: "no" }, noEngine)[1]!.verdict, "fails");
  assert.equal(judgeCompute("docker", whole, noEngine)[0]!.verdict, "fails");
  assert.equal(judgeNode("22.1.0").verdict, "fails");
  assert.equal(judgeNode("24.0.0").verdict, "ok");
  assert.equal(judgePort("127.0.0.1", 4566, "EADDRINUSE", undefined).verdict, "fails");
  assert.equal(judgePort("127.0.0.1", 4566, "EADDRINUSE", "0.1.0").verdict, "ok");
  assert.match(judgeLowPorts("linux", "EACCES").remedy!, /ip_unprivileged_port_start/);
});

function doctor(...args: string[]) {
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    const main = join(import.meta.dirname, "main.ts");
    const child = execFile(process.execPath, [main, "doctor", ...args], (_error, stdout) =>
      resolve({ code: child.exitCode ?? -1, stdout }),
    );
  });
}

test("the command exits with 0 where Fogbank runs, with 1 where it cannot, and leaves nothing", async (t) => {
  const place = mkdtempSync(join(tmpdir(), "fogbank-doctor-"));
  t.after(() => rmSync(place, { recursive: true }));
  const dataDir = ["--data-dir", join(place, "data")];
  const well = await doctor("--compute", "simulated", "--port", "0", ...dataDir);
  assert.match(well.stdout, /ok {5}compute driver: simulated/);
  assert.equal(well.code, 0);
  assert.deepEqual(readdirSync(place), []);

  const server = createServer((_, reply) => reply.end("else")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  writeFileSync(join(place, "file"), "");
  const ill = await doctor("--port", String(port), "--data-dir", join(place, "file", "data"));
  assert.match(ill.stdout, /FAILS {2}port \d+ on 127\.0\.0\.1 is taken/);
  assert.match(ill.stdout, /FAILS {2}data directory .*file.*: /);
  assert.equal(ill.code, 1);
});

test("what keeps functions apart can be installed", () => {
  assert.equal(judgeFunctions(undefined).verdict, "ok");
  const { text, remedy } = judgeFunctions("bubblewrap is not installed");
  assert.match(text, /of their own: bubblewrap is not installed$/);
  assert.equal(remedy, "apt-get install bubblewrap");
  assert.equal(judgeFunctions("functions are kept apart on Linux only").remedy, undefined);
});

test("who may not let traffic go first is told what would allow it", () => {
  assert.equal(judgePrecedence(undefined).verdict, "ok");
  const { text, remedy } = judgePrecedence("chrt: failed: Operation not permitted");
  assert.match(text, /waits.*: chrt: failed: Operation not permitted$/);
  assert.match(remedy!, /rtprio 1/);
  assert.equal(judgePrecedence("chrt is not installed").remedy, "apt-get install util-linux");
  assert.equal(judgePrecedence("threads go first on Linux only").remedy, undefined);
});
