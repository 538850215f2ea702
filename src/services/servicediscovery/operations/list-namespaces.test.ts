import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { Namespaces } = await cloud.clients.servicediscovery(cloud.caller).ListNamespaces({});
  assert.deepEqual(Namespaces, []);
  await cloud.stop();
});
