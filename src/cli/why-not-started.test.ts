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

test("what nobody expected keeps its whole error", () => {
  assert.equal(whyNotStarted(new TypeError("x"), defaultOptions), undefined);
});
