import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "../testing/balanced-cloud.ts";

test("capacity is reserved, lowered twice a day and given back", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer();
  const reserve = (CapacityUnits: number) =>
    elb.ModifyCapacityReservation({
      LoadBalancerArn,
      MinimumLoadBalancerCapacity: { CapacityUnits },
    });
  const none = await elb.DescribeCapacityReservation({ LoadBalancerArn });
  assert.deepEqual(none, { DecreaseRequestsRemaining: 2, CapacityReservationState: [] });
  await reserve(400);
  const { CapacityReservationState, MinimumLoadBalancerCapacity } =
    await elb.DescribeCapacityReservation({ LoadBalancerArn });
  assert.deepEqual(MinimumLoadBalancerCapacity, { CapacityUnits: 400 });
  assert.deepEqual(
    CapacityReservationState!.map(({ State, EffectiveCapacityUnits }) => [
      State!.Code,
      EffectiveCapacityUnits,
    ]),
    [
      ["provisioned", 200],
      ["provisioned", 200],
    ],
  );
  await reserve(300);
  assert.equal((await reserve(200)).DecreaseRequestsRemaining, 0);
  await assert.rejects(reserve(100), { code: "CapacityDecreaseRequestLimitExceeded" });
  await assert.rejects(reserve(99), { code: "InvalidConfigurationRequest" });
  await assert.rejects(reserve(15_001), { code: "CapacityUnitsLimitExceeded" });
  await cloud.advance("24h");
  await reserve(100);
  await elb.ModifyCapacityReservation({ LoadBalancerArn, ResetCapacityReservation: true });
  const after = await elb.DescribeCapacityReservation({ LoadBalancerArn });
  assert.equal(after.MinimumLoadBalancerCapacity, undefined);
});
