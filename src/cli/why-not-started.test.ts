import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startCloud } from "#cloud/cloud.ts";
import { defaultOptions, type CloudOptions } from "#cloud/options.ts";
import { whyNotStarted } from "./why-not-started.ts";

async function reasonOf(given: Partial<CloudOptions>): Promise<string | undefined> {
  const options = { ...defaultOptions, port: 0, logLevel: "silent" as const, ...given };
  const error: unknown = await startCloud(options).then(
    (cloud) => cloud.stop(),
    (reason: unknown) => reason,
  );
  return whyNotStarted(error, options);
}

test("a port or a data directory that is taken is told in a sentence, and nothing stays open", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "fogbank-start-"));
  const dataDir = join(folder, "data");
  const first = await startCloud({ dataDir, logLevel: "silent" });
  t.after(async () => {
    await first.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const port = Number(new URL(first.endpoint).port);
  const other = join(folder, "other");
  const taken = `port ${port} on 127.0.0.1 is in use; stop what listens there, or choose another with --port`;
  assert.equal(await reasonOf({ port, dataDir: other }), taken);
  // The directory of the start that failed is free again.
  assert.equal(await reasonOf({ port, dataDir: other }), taken);
  assert.match(
    (await reasonOf({ dataDir }))!,
    /is in use by process \d+; stop it, or choose another/,
  );
});

test("a data directory that is a file is told in a sentence", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "fogbank-start-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "file");
  await writeFile(file, "");
  assert.match((await reasonOf({ dataDir: file }))!, /^the data directory .* cannot be made/);
});

test("a start that fails after its port was taken gives back the port and the data directory", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "fogbank-start-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ports = () =>
    process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
  const before = ports();
  const machines = join(folder, "machines");
  await writeFile(machines, "");
  const given = { dataDir: folder, compute: "process" } as const;
  assert.match((await reasonOf(given))!, /^the data directory .* cannot be made/);
  await rm(machines);
  const key = join(folder, "root-credential.json");
  await writeFile(key, "no key");
  await assert.rejects(startCloud({ ...given, logLevel: "silent" }), {
    message: `${key} holds no key any more; take it away, and there will be a new one`,
  });
  await rm(key);
  assert.equal(ports(), before);
  const cloud = await startCloud({ ...given, logLevel: "silent" });
  await cloud.stop();
});

test("machines in containers need an engine, which is said in a sentence", async (t) => {
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = "unix:///nowhere/engine.sock";
  t.after(() => {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
  });
  assert.match(
    (await reasonOf({ dataDir: undefined, compute: "docker" }))!,
    /^--compute docker needs a container engine: no engine answers at unix:\/\/\/nowhere/,
  );
});

test("what nobody expected keeps its whole error", () => {
  assert.equal(whyNotStarted(new TypeError("x"), defaultOptions), undefined);
});
