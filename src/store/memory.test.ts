import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "./memory.ts";
import { describeStore } from "./store.suite.ts";

describeStore({ name: "the memory store", open: async () => createMemoryStore() });

test("the memory store refuses what a store on disk could not keep", async () => {
  const store = createMemoryStore();
  for (const value of [new Date(0), new Map(), 1n, () => {}, Symbol("x")])
    await assert.rejects(
      store.transaction((tx) => tx.put(["x"], { value })),
      TypeError,
    );
});
