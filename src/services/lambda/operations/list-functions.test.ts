import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { Functions } = await cloud.clients.lambda(cloud.caller).ListFunctions({});
  assert.deepEqual(Functions, []);
  await cloud.stop();
});
