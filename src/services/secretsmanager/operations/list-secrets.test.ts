import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { SecretList } = await cloud.clients.secretsmanager(cloud.caller).ListSecrets({});
  assert.deepEqual(SecretList, []);
  await cloud.stop();
});
