import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createScalingCloud, type ScalingCloud } from "./testing/scaling-cloud.ts";

const tracking = (TargetValue: number) => ({
  TargetValue,
  CustomizedMetricSpecification: {
    Namespace: "Test",
    MetricName: "Cpu",
    Statistic: "Average" as const,
  },
});

async function track(cloud: ScalingCloud, target = 50) {
  return cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: tracking(target),
  });
}

test("target tracking makes two alarms as AWS does", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  const { Alarms, PolicyARN } = await track(cloud);
  assert.match(Alarms![0]!.AlarmName!, /^TargetTracking-web-AlarmHigh-[0-9a-f-]{36}$/);
  const { MetricAlarms } = await cloud.cloudwatch.DescribeAlarms({
    AlarmNamePrefix: "TargetTracking-web",
  });
  const seen = MetricAlarms!.map((alarm) => [
    alarm.ComparisonOperator,
    alarm.Threshold,
    alarm.EvaluationPeriods,
    alarm.Period,
    alarm.AlarmActions?.[0] === PolicyARN,
    alarm.AlarmDescription,
  ]);
  const description = `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${PolicyARN}.`;
  assert.deepEqual(seen, [
    ["GreaterThanThreshold", 50, 3, 60, true, description],
    ["LessThanThreshold", 45, 15, 60, true, description],
  ]);
  await cloud.autoscaling.DeletePolicy({ AutoScalingGroupName: "web", PolicyName: "cpu" });
  const left = await cloud.cloudwatch.DescribeAlarms({ AlarmNamePrefix: "TargetTracking-web" });
  assert.deepEqual(left.MetricAlarms, []);
});

test("the loop closes: load over the target adds instances in proportion, and its end takes them away", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  await track(cloud);
  await cloud.advance("2m");
  await cloud.reportCpu(120, 3);
  await cloud.advance("10s");
  // Three datapoints above the target: 1 × 120 / 50 = 2.4, so 3.
  assert.equal((await cloud.group()).desired, 3);
  await cloud.advance("50s");
  assert.equal((await cloud.group()).states.length, 3);
  const [launched] = await cloud.activities();
  assert.match(
    launched!.cause,
    /^At 2026-01-05T12:05:\d\dZ a monitor alarm TargetTracking-web-AlarmHigh-[0-9a-f-]+ in state ALARM triggered policy cpu changing the desired capacity from 1 to 3\.  At 2026-01-05T12:05:\d\dZ an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 3\.$/,
  );
  await cloud.reportCpu(10, 14);
  assert.equal((await cloud.group()).desired, 3);
  await cloud.reportCpu(10, 3);
  assert.equal((await cloud.group()).desired, 1);
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("of several policies the largest capacity wins, and all must agree to scale in", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ MinSize: 1, DesiredCapacity: 4 });
  await cloud.advance("3m");
  await track(cloud, 50);
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "orders",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: {
      TargetValue: 10,
      CustomizedMetricSpecification: {
        Namespace: "Test",
        MetricName: "Orders",
        Statistic: "Average",
      },
    },
  });
  const report = async (cpu: number, orders: number, minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      await cloud.cloudwatch.PutMetricData({
        Namespace: "Test",
        MetricData: [
          { MetricName: "Cpu", Value: cpu },
          { MetricName: "Orders", Value: orders },
        ],
      });
      await cloud.advance("1m");
    }
  };
  await report(10, 10, 18);
  // The first policy alone would go down to one.
  assert.equal((await cloud.group()).desired, 4);
  await report(10, 5, 15);
  await cloud.advance("10s");
  assert.equal((await cloud.group()).desired, 2);
});

test("a policy without scale-in has no low alarm", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  const { Alarms } = await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: { ...tracking(50), DisableScaleIn: true },
  });
  assert.equal(Alarms!.length, 1);
});

test("the guide's step policy counts instances that warm up once: 60, 62, then 70", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 10, MaxSize: 20, DefaultInstanceWarmup: 300 });
  await cloud.advance("10m");
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "steps",
    PolicyType: "StepScaling",
    AdjustmentType: "PercentChangeInCapacity",
    StepAdjustments: [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 0 },
      { MetricIntervalLowerBound: 10, MetricIntervalUpperBound: 20, ScalingAdjustment: 10 },
      { MetricIntervalLowerBound: 20, ScalingAdjustment: 30 },
    ],
  });
  const run = async (MetricValue: number) => {
    await cloud.autoscaling.ExecutePolicy({
      AutoScalingGroupName: "web",
      PolicyName: "steps",
      MetricValue,
      BreachThreshold: 50,
    });
    return (await cloud.group()).desired;
  };
  assert.equal(await run(60), 11);
  await cloud.advance("1m");
  assert.equal(await run(62), 11);
  assert.equal(await run(70), 13);
});

test("a simple policy waits for its cooldown", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  await cloud.advance("10m");
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "out",
    AdjustmentType: "ChangeInCapacity",
    ScalingAdjustment: 1,
    Cooldown: 120,
  });
  const run = () =>
    cloud.autoscaling.ExecutePolicy({
      AutoScalingGroupName: "web",
      PolicyName: "out",
      HonorCooldown: true,
    });
  await run();
  assert.equal((await cloud.group()).desired, 2);
  await assert.rejects(run(), { code: "ScalingActivityInProgressFault" });
  await cloud.advance("90s");
  await assert.rejects(run(), { code: "ScalingActivityInProgressFault" });
  await cloud.advance("2m");
  await run();
  assert.equal((await cloud.group()).desired, 3);
});

test("deleting what was never scheduled says so, name by name", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { FailedScheduledActions } = await cloud.autoscaling.BatchDeleteScheduledAction({
    AutoScalingGroupName: "nowhere",
    ScheduledActionNames: ["peak"],
  });
  assert.deepEqual(FailedScheduledActions, [
    {
      ScheduledActionName: "peak",
      ErrorCode: "ValidationError",
      ErrorMessage: "Scheduled action name not found",
    },
  ]);
});

test("scheduled actions act in their time zone and only once each", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  await cloud.autoscaling.PutScheduledUpdateGroupAction({
    AutoScalingGroupName: "web",
    ScheduledActionName: "peak",
    // 14:00 in Berlin is 13:00 UTC in January.
    Recurrence: "0 14 * * *",
    TimeZone: "Europe/Berlin",
    MinSize: 2,
    DesiredCapacity: 3,
  });
  await cloud.advance("59m");
  assert.equal((await cloud.group()).desired, 1);
  await cloud.advance("2m");
  assert.equal((await cloud.group()).desired, 3);
  const [latest] = await cloud.activities();
  assert.match(
    latest!.cause,
    /a scheduled action update of AutoScalingGroup constraints to min: 2, max: 10, desired: 3 changing the desired capacity from 1 to 3\./,
  );
  const { ScheduledUpdateGroupActions } = await cloud.autoscaling.DescribeScheduledActions({});
  assert.equal(
    ScheduledUpdateGroupActions![0]!.StartTime!.toISOString(),
    "2026-01-06T13:00:00.000Z",
  );
});

test("an instance refresh replaces every instance and ends", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.advance("3m");
  const before = (await cloud.group()).ids;
  await cloud.autoscaling.StartInstanceRefresh({
    AutoScalingGroupName: "web",
    Preferences: { MinHealthyPercentage: 50, InstanceWarmup: 30 },
  });
  await assert.rejects(cloud.autoscaling.StartInstanceRefresh({ AutoScalingGroupName: "web" }), {
    code: "InstanceRefreshInProgressFault",
  });
  await cloud.advance("6m");
  const after = await cloud.group();
  assert.deepEqual(after.states, ["InService", "InService"]);
  assert.ok(after.ids.every((id) => !before.includes(id)));
  const { InstanceRefreshes } = await cloud.autoscaling.DescribeInstanceRefreshes({
    AutoScalingGroupName: "web",
  });
  assert.deepEqual(
    [InstanceRefreshes![0]!.Status, InstanceRefreshes![0]!.PercentageComplete],
    ["Successful", 100],
  );
});

test("group metrics are reported every minute once enabled", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.autoscaling.EnableMetricsCollection({
    AutoScalingGroupName: "web",
    Granularity: "1Minute",
  });
  await cloud.advance("5m");
  const { Datapoints } = await cloud.cloudwatch.GetMetricStatistics({
    Namespace: "AWS/AutoScaling",
    MetricName: "GroupInServiceInstances",
    Dimensions: [{ Name: "AutoScalingGroupName", Value: "web" }],
    StartTime: dateOf(cloud.clock.now() - 300_000),
    EndTime: dateOf(cloud.clock.now()),
    Period: 60,
    Statistics: ["Maximum"],
  });
  assert.equal(Math.max(...Datapoints!.map(({ Maximum }) => Maximum!)), 2);
});
