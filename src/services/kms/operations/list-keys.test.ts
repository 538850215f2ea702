import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { Keys } = await cloud.clients.kms(cloud.caller).ListKeys({});
  assert.deepEqual(Keys, []);
  await cloud.stop();
});
