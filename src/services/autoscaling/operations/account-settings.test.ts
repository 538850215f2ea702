import assert from "node:assert/strict";
import { test } from "node:test";
import { createScalingCloud } from "../testing/scaling-cloud.ts";

test("an account may have replacements launched before anything is terminated", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { autoscaling } = cloud;
  const Name = "launchBeforeTerminate";
  assert.deepEqual((await autoscaling.DescribeAccountSettings({})).Settings, [
    { Name, Value: "disabled", EnforcementType: "none" },
  ]);
  await assert.rejects(autoscaling.PutAccountSetting({ Name, Value: "yes" }), {
    code: "ValidationError",
  });
  await assert.rejects(autoscaling.PutAccountSetting({ Name: "other", Value: "enabled" }), {
    code: "ValidationError",
  });
  await cloud.createGroup({ DesiredCapacity: 2, MaxSize: 4 });
  await cloud.advance("3m");
  const least = async (replace: () => Promise<unknown>) => {
    await replace();
    let lowest = 9;
    for (let step = 0; step < 60; step++) {
      await cloud.advance("5s");
      const { states } = await cloud.group();
      lowest = Math.min(lowest, states.filter((state) => state === "InService").length);
    }
    return lowest;
  };
  const fail = async () => {
    const [InstanceId] = (await cloud.group()).ids;
    await autoscaling.SetInstanceHealth({
      InstanceId: InstanceId!,
      HealthStatus: "Unhealthy",
      ShouldRespectGracePeriod: false,
    });
  };
  assert.equal(await least(fail), 1);
  await autoscaling.PutAccountSetting({ Name, Value: "enabled" });
  assert.equal(await least(fail), 2);
  const refresh = () => autoscaling.StartInstanceRefresh({ AutoScalingGroupName: "web" });
  assert.equal(await least(refresh), 2);
});
