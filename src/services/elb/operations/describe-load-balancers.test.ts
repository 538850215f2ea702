import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { LoadBalancerDescriptions } = await cloud.clients
    .elb(cloud.caller)
    .DescribeLoadBalancers({});
  assert.deepEqual(LoadBalancerDescriptions, []);
  await cloud.stop();
});
