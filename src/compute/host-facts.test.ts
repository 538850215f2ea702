import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createWall } from "#runtime/wall.ts";
import { examineHost, whyNotListen } from "./host-facts.ts";

const wall = createWall((error) => {
  throw error;
});

test("a host is examined without leaving anything behind", async (t) => {
  const parent = mkdtempSync(join(tmpdir(), "fogbank-facts-"));
  t.after(() => rmSync(parent, { recursive: true }));
  const facts = await examineHost({ dataDir: join(parent, "a", "data"), wall });
  assert.deepEqual(readdirSync(parent), []);
  assert.ok(facts.processors > 0 && facts.memoryBytes > 0);
  // Whatever is not to be had has a reason.
  if (facts.isolation.level === "directory") assert.ok(facts.isolation.reason);
  if (!facts.limits.cpu || !facts.limits.memory) assert.ok(facts.limits.reason);
  if (!facts.addresses.bound) assert.ok(facts.addresses.reason);
  mkdirSync(join(parent, "machines", "i-1"), { recursive: true });
  await examineHost({ dataDir: parent, wall });
  assert.ok(existsSync(join(parent, "machines", "i-1")));
});

test("a port is free, or there is a reason", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  assert.equal(await whyNotListen("127.0.0.1", port), "EADDRINUSE");
  server.close();
  await once(server, "close");
  assert.equal(await whyNotListen("127.0.0.1", port), undefined);
});
