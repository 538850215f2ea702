import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "./test-cloud.ts";

test("an operation that is not implemented says so", async () => {
  const cloud = createTestCloud();
  await assert.rejects(cloud.clients.sqs(cloud.caller).CancelMessageMoveTask({ TaskHandle: "x" }), {
    code: "NotImplemented",
    status: 501,
  });
  await cloud.stop();
});
