/** The example client against a cloud on a real port. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "#cloud/cloud.ts";
import { play } from "../examples/client-side-balancing/demo.ts";

test("a client that discovers instances spreads its requests and leaves the dead and the unwell", async (t) => {
  const cloud = await startCloud({ compute: "simulated", speed: 60, logLevel: "error" });
  t.after(() => cloud.stop());
  const { even, withoutTheDead, onlyTheWell } = await play(cloud.endpoint);
  assert.deepEqual(Object.keys(even).sort(), ["one", "three", "two"]);
  for (const count of Object.values(even))
    assert.ok(count >= 8, `${count} of 100 is no fair share`);
  assert.deepEqual(Object.keys(withoutTheDead).sort(), ["three", "two"]);
  assert.deepEqual(onlyTheWell, { three: 100 });
});
