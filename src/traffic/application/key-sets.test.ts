import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { serve } from "#http/server.ts";
import { KeySets } from "./key-sets.ts";
import { wall } from "./testing/stage.ts";

test("a provider that fails is asked ever less often, and an old set serves meanwhile", async (context) => {
  let nowMs = 0;
  let asked = 0;
  let works = false;
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({
    format: "jwk",
  });
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    handler() {
      asked++;
      return { status: works ? 200 : 503, headers: {}, body: JSON.stringify({ keys: [key] }) };
    },
  });
  context.after(() => server.close(0));
  const sets = new KeySets({ ...wall, monotonic: () => nowMs });
  const url = `http://127.0.0.1:${server.port}/`;
  const fails = () => assert.rejects(sets.fetch(url), { reason: "JWKSRequestFailed" });
  await Promise.all([fails(), fails(), fails()]);
  assert.equal(asked, 1);
  for (nowMs = 0; nowMs < 60_000; nowMs += 50) await fails();
  // After 0.25, 0.75, 1.75, 3.75, 7.75 s, and then every ten.
  assert.equal(asked, 11);
  works = true;
  nowMs += 10_000;
  assert.equal((await sets.fetch(url)).length, 1);
  works = false;
  nowMs += 300_001;
  assert.equal(sets.known(url, undefined), undefined);
  assert.equal((await sets.fetch(url)).length, 1);
  assert.equal(sets.known(url, undefined)?.length, 1);
  assert.equal(asked, 13);
});
