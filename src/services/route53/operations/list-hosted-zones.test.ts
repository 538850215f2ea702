import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { HostedZones } = await cloud.clients.route53(cloud.caller).ListHostedZones({});
  assert.deepEqual(HostedZones, []);
  await cloud.stop();
});
