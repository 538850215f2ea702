import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("limits come in pages", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const elb = cloud.clients.elb(cloud.caller);
  const first = await elb.DescribeAccountLimits({ PageSize: 2 });
  const second = await elb.DescribeAccountLimits({ PageSize: 2, Marker: first.NextMarker });
  assert.deepEqual(
    [first, second].map(({ Limits }) => Limits!.map(({ Name, Max }) => [Name, Max])),
    [
      [
        ["classic-listeners", "100"],
        ["classic-load-balancers", "20"],
      ],
      [["classic-registered-instances", "1000"]],
    ],
  );
  assert.equal(second.NextMarker, undefined);
});
