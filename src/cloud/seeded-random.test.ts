import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { openSeededRandom } from "./seeded-random.ts";

test("a cloud that starts again draws other ids, and the same ones in each run", async () => {
  const draw = async (store: ReturnType<typeof createMemoryStore>) =>
    (await openSeededRandom(store, 7)).hex(17);
  const [one, other] = [createMemoryStore(), createMemoryStore()];
  const drawn = [await draw(one), await draw(one), await draw(one)];
  assert.equal(new Set(drawn).size, 3);
  assert.deepEqual([await draw(other), await draw(other), await draw(other)], drawn);
});
