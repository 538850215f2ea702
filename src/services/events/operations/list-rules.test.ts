import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { Rules } = await cloud.clients.events(cloud.caller).ListRules({});
  assert.deepEqual(Rules, []);
  await cloud.stop();
});
