import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvironmentPool, type PoolOptions } from "./pool.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const record = { functionName: "orders", version: "1", revisionId: "r" } as never;
const allowance = { reserved: undefined, shared: 10 };

function poolWith(draft: () => Promise<never>) {
  return new EnvironmentPool({
    env: { random: { hex: () => "00" } } as unknown as PoolOptions["env"],
    host: async () => ({}) as never,
    draft,
    workDir: async () => "/nowhere",
    started: () => {},
  });
}

test("nothing comes up in a pool that was closed while it was being made", async () => {
  const drafted = Promise.withResolvers<never>();
  const asked = Promise.withResolvers<void>();
  const pool = poolWith(() => {
    asked.resolve();
    return drafted.promise;
  });
  const used = pool.use(scope, record, allowance, async () => assert.fail("it ran"));
  await asked.promise;
  assert.equal(pool.isUsing("any folder"), true);
  await pool.close();
  drafted.resolve({ scope, record } as never);
  await assert.rejects(used, /the cloud is stopping/);
  assert.equal(pool.isUsing("any folder"), false);
});
