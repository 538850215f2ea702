import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Input } from "#model/sdk.ts";
import { createScalingCloud } from "../testing/scaling-cloud.ts";

type Start = Omit<Input<"autoscaling", "StartInstanceRefresh">, "AutoScalingGroupName">;

/** A group of so many instances of version 1 of the template "web", which has a version 2 as well. */
async function refreshCloud(t: TestContext, count: number) {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const launchTemplate = (Version: string) => ({ LaunchTemplateName: "web", Version });
  await cloud.createGroup({
    DesiredCapacity: count,
    MaxSize: 20,
    DefaultInstanceWarmup: 30,
    LaunchTemplate: launchTemplate("1"),
  });
  await cloud.clients.ec2(cloud.caller).CreateLaunchTemplateVersion({
    LaunchTemplateName: "web",
    SourceVersion: "1",
    LaunchTemplateData: { InstanceType: "t3.small" },
  });
  await cloud.advance("3m");
  const { autoscaling } = cloud;
  const start = (more: Start = {}) =>
    autoscaling.StartInstanceRefresh({ AutoScalingGroupName: "web", ...more });
  const toVersion2 = { DesiredConfiguration: { LaunchTemplate: launchTemplate("2") } };
  const refresh = async () => {
    const { InstanceRefreshes } = await autoscaling.DescribeInstanceRefreshes({
      AutoScalingGroupName: "web",
    });
    return InstanceRefreshes![0]!;
  };
  const look = async () => {
    const { Status, PercentageComplete } = await refresh();
    return [Status, PercentageComplete];
  };
  /** How many instances are of each version of the template. */
  const versions = async () => {
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    const all = (AutoScalingGroups![0]!.Instances ?? []).map(
      ({ LaunchTemplate }) => LaunchTemplate?.Version,
    );
    return ["1", "2"].map((version) => all.filter((one) => one === version).length);
  };
  const groupVersion = async () => {
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    return AutoScalingGroups![0]!.LaunchTemplate!.Version;
  };
  return { cloud, autoscaling, start, toVersion2, refresh, look, versions, groupVersion };
}

test("checkpoints pause the refresh at 20 and 50 percent of ten instances", async (t) => {
  const { cloud, start, toVersion2, look, versions } = await refreshCloud(t, 10);
  await start({
    ...toVersion2,
    Preferences: {
      MinHealthyPercentage: 80,
      CheckpointPercentages: [20, 50, 100],
      CheckpointDelay: 600,
    },
  });
  await cloud.advance("5m");
  assert.deepEqual(await look(), ["InProgress", 20]);
  assert.deepEqual(await versions(), [8, 2]);
  await cloud.advance("4m");
  assert.deepEqual(await versions(), [8, 2]);
  await cloud.advance("9m");
  assert.deepEqual(await versions(), [5, 5]);
  assert.deepEqual(await look(), ["InProgress", 50]);
  await cloud.advance("30m");
  assert.deepEqual(await look(), ["Successful", 100]);
  assert.deepEqual(await versions(), [0, 10]);
});

test("at 90 percent healthy one of ten is replaced at a time", async (t) => {
  const { cloud, start, toVersion2 } = await refreshCloud(t, 10);
  await start(toVersion2);
  let least = 10;
  for (let second = 0; second < 300; second += 5) {
    await cloud.advance("5s");
    const { states } = await cloud.group();
    least = Math.min(least, states.filter((state) => state === "InService").length);
  }
  assert.equal(least, 9);
});

test("instances that match already are skipped", async (t) => {
  const { cloud, start, look, refresh } = await refreshCloud(t, 3);
  const before = (await cloud.group()).ids;
  await start({ Preferences: { SkipMatching: true } });
  await cloud.advance("1m");
  assert.deepEqual(await look(), ["Successful", 100]);
  assert.equal((await refresh()).InstancesToUpdate, 0);
  assert.deepEqual((await cloud.group()).ids, before);
});

test("a rollback replaces what is new by what was before", async (t) => {
  const { cloud, autoscaling, start, toVersion2, look, versions, groupVersion, refresh } =
    await refreshCloud(t, 4);
  await start({ ...toVersion2, Preferences: { MinHealthyPercentage: 50 } });
  await cloud.advance("40s");
  assert.ok((await versions())[1]! > 0);
  await autoscaling.RollbackInstanceRefresh({ AutoScalingGroupName: "web" });
  assert.equal((await look())[0], "RollbackInProgress");
  assert.equal(await groupVersion(), "1");
  await cloud.advance("10m");
  assert.deepEqual(await look(), ["RollbackSuccessful", 100]);
  assert.deepEqual(await versions(), [4, 0]);
  const { RollbackDetails } = await refresh();
  assert.equal(RollbackDetails!.RollbackReason, "Rollback was requested by the user.");
  await assert.rejects(autoscaling.RollbackInstanceRefresh({ AutoScalingGroupName: "web" }), {
    code: "ActiveInstanceRefreshNotFoundFault",
  });
});

test("there is no way back without a desired configuration", async (t) => {
  const { autoscaling, start } = await refreshCloud(t, 2);
  await assert.rejects(start({ Preferences: { AutoRollback: true } }), {
    code: "ValidationError",
  });
  await start();
  await assert.rejects(autoscaling.RollbackInstanceRefresh({ AutoScalingGroupName: "web" }), {
    code: "IrreversibleInstanceRefreshFault",
  });
});

async function raise({ cloudwatch }: ReturnType<typeof createScalingCloud>, state: "OK" | "ALARM") {
  await cloudwatch.PutMetricAlarm({
    AlarmName: "errors",
    Namespace: "Test",
    MetricName: "Errors",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "ignore",
  });
  await cloudwatch.SetAlarmState({ AlarmName: "errors", StateValue: state, StateReason: "test" });
}

test("an alarm rolls the refresh back by itself, or fails it", async (t) => {
  const { cloud, start, toVersion2, look, versions, refresh, groupVersion } = await refreshCloud(
    t,
    4,
  );
  await raise(cloud, "OK");
  const AlarmSpecification = { Alarms: ["errors"] };
  await start({ ...toVersion2, Preferences: { AutoRollback: true, AlarmSpecification } });
  await cloud.advance("2m");
  await raise(cloud, "ALARM");
  await cloud.advance("20s");
  assert.equal((await look())[0], "RollbackInProgress");
  await cloud.advance("10m");
  assert.equal((await look())[0], "RollbackSuccessful");
  assert.deepEqual(await versions(), [4, 0]);
  await start({ ...toVersion2, Preferences: { AlarmSpecification } });
  await cloud.advance("20s");
  const { Status, StatusReason } = await refresh();
  assert.equal(Status, "Failed");
  assert.match(StatusReason!, /errors went into ALARM state/);
  assert.equal(await groupVersion(), "1");
});

test("a refresh bakes before it is successful, and an alarm may still undo it", async (t) => {
  const { cloud, start, toVersion2, look, versions } = await refreshCloud(t, 2);
  await raise(cloud, "OK");
  const preferences = {
    BakeTime: 600,
    AutoRollback: true,
    MinHealthyPercentage: 50,
    AlarmSpecification: { Alarms: ["errors"] },
  };
  await start({ ...toVersion2, Preferences: preferences });
  await cloud.advance("8m");
  assert.equal((await look())[0], "Baking");
  await raise(cloud, "ALARM");
  await cloud.advance("10m");
  assert.deepEqual(await look(), ["RollbackSuccessful", 100]);
  assert.deepEqual(await versions(), [2, 0]);
});

test("protected instances are waited for an hour unless they are ignored or refreshed", async (t) => {
  const { cloud, autoscaling, start, look, refresh } = await refreshCloud(t, 2);
  const { ids } = await cloud.group();
  await autoscaling.SetInstanceProtection({
    AutoScalingGroupName: "web",
    InstanceIds: ids,
    ProtectedFromScaleIn: true,
  });
  await start();
  await cloud.advance("59m");
  assert.equal((await look())[0], "InProgress");
  await cloud.advance("2m");
  const { Status, StatusReason } = await refresh();
  assert.equal(Status, "Failed");
  assert.match(StatusReason!, /protected from scale in/);
  await start({ Preferences: { ScaleInProtectedInstances: "Ignore" } });
  await cloud.advance("1m");
  assert.equal((await look())[0], "Successful");
  assert.deepEqual((await cloud.group()).ids, ids);
  await start({ Preferences: { ScaleInProtectedInstances: "Refresh", MinHealthyPercentage: 50 } });
  await cloud.advance("6m");
  assert.equal((await look())[0], "Successful");
  assert.ok((await cloud.group()).ids.every((id) => !ids.includes(id)));
});

test("a cancelled refresh leaves the group's own configuration", async (t) => {
  const { cloud, autoscaling, start, toVersion2, look, groupVersion } = await refreshCloud(t, 4);
  await start(toVersion2);
  await cloud.advance("30s");
  await autoscaling.CancelInstanceRefresh({ AutoScalingGroupName: "web" });
  await cloud.advance("3m");
  assert.equal((await look())[0], "Cancelled");
  assert.equal(await groupVersion(), "1");
});
