import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("an account starts with none", async () => {
  const cloud = createTestCloud();
  const { ScalableTargets } = await cloud.clients
    .applicationautoscaling(cloud.caller)
    .DescribeScalableTargets({ ServiceNamespace: "dynamodb" });
  assert.deepEqual(ScalableTargets, []);
  await cloud.stop();
});
