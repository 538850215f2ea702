import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { AcmeEndpoints } = await cloud.clients.acm(cloud.caller).ListAcmeEndpoints({});
  assert.deepEqual(AcmeEndpoints, []);
  await cloud.stop();
});
