/** Behaviour that the user guide tells with numbers or by a case, where no other test has it. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Input } from "#model/sdk.ts";
import { createScalingCloud } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };

async function groupOf(
  t: TestContext,
  DesiredCapacity: number,
  more: Partial<Input<"autoscaling", "CreateAutoScalingGroup">> = {},
) {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity, ...more });
  await cloud.advance("10m");
  return cloud;
}

/**
 * "If all instances in an Auto Scaling group are protected from scale in, and a scale-in event occurs, the
 * desired capacity is decremented. However, the Auto Scaling group can't terminate the required number
 * of instances until their instance scale in protection settings are disabled."
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
 */
test("a group of protected instances loses capacity on paper, and instances when protection ends", async (t) => {
  const cloud = await groupOf(t, 3, { NewInstancesProtectedFromScaleIn: true });
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 2 });
  await cloud.advance("10m");
  const { desired, ids } = await cloud.group();
  assert.deepEqual([desired, ids.length], [2, 3]);
  await cloud.autoscaling.SetInstanceProtection({
    ...name,
    InstanceIds: [ids[1]!],
    ProtectedFromScaleIn: false,
  });
  await cloud.advance("5m");
  assert.deepEqual(
    new Set((await cloud.group()).ids),
    new Set([ids[0], ids[2]]),
    "the one without protection went",
  );
});

test("protection does not keep an unhealthy instance, nor one that is terminated by name", async (t) => {
  const cloud = await groupOf(t, 2, { NewInstancesProtectedFromScaleIn: true });
  const [ill, named] = (await cloud.group()).ids;
  await cloud.autoscaling.SetInstanceHealth({ InstanceId: ill!, HealthStatus: "Unhealthy" });
  await cloud.autoscaling.TerminateInstanceInAutoScalingGroup({
    InstanceId: named!,
    ShouldDecrementDesiredCapacity: false,
  });
  await cloud.advance("5m");
  const { ids } = await cloud.group();
  assert.ok(ids.length === 2 && !ids.includes(ill!) && !ids.includes(named!));
});

/**
 * "When multiple instances launch or terminate, the cooldown period takes effect starting when the last
 * instance finishes launching or terminating", and with a hook only when the instance enters service.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html
 */
test("a cooldown begins when the last instance is in service, its lifecycle hook included", async (t) => {
  const cloud = await groupOf(t, 1, {
    DefaultCooldown: 120,
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: "prepare",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        HeartbeatTimeout: 300,
        DefaultResult: "CONTINUE",
      },
    ],
  });
  await cloud.autoscaling.PutScalingPolicy({
    ...name,
    PolicyName: "out",
    AdjustmentType: "ChangeInCapacity",
    ScalingAdjustment: 2,
  });
  const run = () =>
    cloud.autoscaling.ExecutePolicy({ ...name, PolicyName: "out", HonorCooldown: true });
  const refused = { code: "ScalingActivityInProgressFault" };
  await run();
  await cloud.advance("4m");
  assert.deepEqual((await cloud.group()).states, ["InService", "Pending:Wait", "Pending:Wait"]);
  await assert.rejects(run(), refused);
  const [first, last] = (
    (await cloud.autoscaling.DescribeAutoScalingInstances({})).AutoScalingInstances ?? []
  ).filter(({ LifecycleState }) => LifecycleState === "Pending:Wait");
  const complete = (InstanceId: string) =>
    cloud.autoscaling.CompleteLifecycleAction({
      ...name,
      LifecycleHookName: "prepare",
      LifecycleActionResult: "CONTINUE",
      InstanceId,
    });
  await complete(first!.InstanceId!);
  await cloud.advance("30s");
  await complete(last!.InstanceId!);
  await cloud.advance("115s");
  await assert.rejects(run(), refused);
  await cloud.advance("10s");
  await run();
  assert.equal((await cloud.group()).desired, 5);
});

/**
 * "The maximum is 172800 seconds (48 hours) or 100 times the heartbeat timeout, whichever is smaller."
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
test("heartbeats hold a lifecycle action for a hundred heartbeat timeouts at most", async (t) => {
  const cloud = await groupOf(t, 1, {
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: "prepare",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        HeartbeatTimeout: 30,
        DefaultResult: "CONTINUE",
      },
    ],
  });
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 2 });
  const waits = async () => (await cloud.group()).states.includes("Pending:Wait");
  while (!(await waits())) await cloud.advance("1s");
  let heldSeconds = 0;
  for (; await waits(); heldSeconds += 20) {
    const { AutoScalingInstances = [] } = await cloud.autoscaling.DescribeAutoScalingInstances({});
    const held = AutoScalingInstances.find(
      ({ LifecycleState }) => LifecycleState === "Pending:Wait",
    );
    await cloud.autoscaling.RecordLifecycleActionHeartbeat({
      ...name,
      LifecycleHookName: "prepare",
      InstanceId: held!.InstanceId!,
    });
    await cloud.advance("20s");
  }
  assert.ok(Math.abs(heldSeconds - 3000) <= 20, `held for ${heldSeconds} s of 3000`);
});

/**
 * "The group can temporarily exceed the specified maximum capacity by a margin of 10 percent or one
 * instance, whichever is greater, during a rebalancing activity."
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
 */
test("rebalancing at the maximum goes beyond it by ten percent, or by one", async (t) => {
  for (const [size, most] of [
    [4, 5],
    [20, 22],
  ] as const) {
    const cloud = await groupOf(t, size, { MaxSize: size, AvailabilityZones: ["us-east-1a"] });
    await cloud.autoscaling.UpdateAutoScalingGroup({
      ...name,
      AvailabilityZones: ["us-east-1a", "us-east-1b"],
    });
    let highest = 0;
    let least: number = size;
    for (let step = 0; step < 120; step++) {
      await cloud.advance("5s");
      const { ids, states } = await cloud.group();
      highest = Math.max(highest, ids.length);
      least = Math.min(least, states.filter((state) => state === "InService").length);
    }
    assert.equal(highest, most);
    assert.ok(least >= size, `${least} of ${size} were in service`);
    const { zones } = await cloud.group();
    assert.equal(zones.filter((zone) => zone === "us-east-1b").length, size / 2);
  }
});
