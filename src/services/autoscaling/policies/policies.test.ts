import assert from "node:assert/strict";
import { test } from "node:test";
import type { Input } from "#model/sdk.ts";
import { createScalingCloud, type ScalingCloud } from "../testing/scaling-cloud.ts";

type Tracking = NonNullable<
  Input<"autoscaling", "PutScalingPolicy">["TargetTrackingConfiguration"]
>;

const put = (cloud: ScalingCloud, PolicyName: string, configuration: Tracking) =>
  cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName,
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: configuration,
  });

const own = (MetricName: string, TargetValue = 50): Tracking => ({
  TargetValue,
  CustomizedMetricSpecification: { Namespace: "Test", MetricName, Statistic: "Average" },
});

/** Reports values of metrics every minute for so many minutes. */
async function report(cloud: ScalingCloud, values: Record<string, number>, minutes: number) {
  for (let minute = 0; minute < minutes; minute++) {
    await cloud.cloudwatch.PutMetricData({
      Namespace: "Test",
      MetricData: Object.entries(values).map(([MetricName, Value]) => ({ MetricName, Value })),
    });
    await cloud.advance("1m");
  }
}

/** Reports minute by minute until the desired capacity is another; gives it. */
async function untilChanged(cloud: ScalingCloud, values: Record<string, number>) {
  const { desired: before } = await cloud.group();
  for (let minute = 0; minute < 30; minute++) {
    await report(cloud, values, 1);
    const { desired } = await cloud.group();
    if (desired !== before) return desired;
  }
  return before;
}

test("predefined metrics are watched where AWS reports them", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  const watched = async (PredefinedMetricType: string, ResourceLabel?: string) => {
    const { Alarms } = await put(cloud, PredefinedMetricType, {
      TargetValue: 100,
      PredefinedMetricSpecification: {
        PredefinedMetricType: PredefinedMetricType as "ASGAverageCPUUtilization",
        ...(ResourceLabel !== undefined && { ResourceLabel }),
      },
    });
    const { MetricAlarms } = await cloud.cloudwatch.DescribeAlarms({
      AlarmNames: [Alarms![0]!.AlarmName!],
    });
    const [{ Namespace, MetricName, Statistic, Dimensions }] = MetricAlarms as [
      NonNullable<typeof MetricAlarms>[number],
    ];
    return [
      Namespace,
      MetricName,
      Statistic,
      Dimensions!.map(({ Name, Value }) => `${Name}=${Value}`).join(),
    ];
  };
  const group = "AutoScalingGroupName=web";
  assert.deepEqual(await watched("ASGAverageCPUUtilization"), [
    "AWS/EC2",
    "CPUUtilization",
    "Average",
    group,
  ]);
  assert.deepEqual(await watched("ASGAverageNetworkIn"), [
    "AWS/EC2",
    "NetworkIn",
    "Average",
    group,
  ]);
  assert.deepEqual(await watched("ASGAverageNetworkOut"), [
    "AWS/EC2",
    "NetworkOut",
    "Average",
    group,
  ]);
  assert.deepEqual(
    await watched(
      "ALBRequestCountPerTarget",
      "app/my-alb/778d41231b141a0f/targetgroup/my-tg/943f017f100becff",
    ),
    [
      "AWS/ApplicationELB",
      "RequestCountPerTarget",
      "Sum",
      "LoadBalancer=app/my-alb/778d41231b141a0f,TargetGroup=targetgroup/my-tg/943f017f100becff",
    ],
  );
  await assert.rejects(watched("ALBRequestCountPerTarget", "my-alb"), { code: "ValidationError" });
});

test("the guide's backlog per instance: metric math of a queue and the group's size", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 10, MaxSize: 40 });
  await cloud.advance("5m");
  const stat = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: "Test", MetricName }, Stat: "Sum" },
    ReturnData: false,
  });
  await put(cloud, "backlog", {
    TargetValue: 100,
    CustomizedMetricSpecification: {
      Metrics: [stat("m1", "Messages"), stat("m2", "Running"), { Id: "e1", Expression: "m1 / m2" }],
    },
  });
  const { ScalingPolicies } = await cloud.autoscaling.DescribePolicies({});
  const shown = ScalingPolicies![0]!.TargetTrackingConfiguration!.CustomizedMetricSpecification!;
  assert.deepEqual(shown.Dimensions, []);
  assert.deepEqual(
    shown.Metrics!.map(({ ReturnData }) => ReturnData),
    [false, false, true],
  );
  // 1500 messages for ten instances are 150 each; with 100 as an acceptable backlog, add five.
  await report(cloud, { Messages: 1500, Running: 10 }, 4);
  assert.equal((await cloud.group()).desired, 15);
});

test("adding 1.5 instances adds two, taking 1.5 takes one", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 3 });
  await cloud.advance("5m");
  await put(cloud, "cpu", own("Cpu"));
  assert.equal(await untilChanged(cloud, { Cpu: 75 }), 5);
  // 5 × 35 / 50 = 3.5.
  assert.equal(await untilChanged(cloud, { Cpu: 35 }), 4);
});

test("a policy that may not scale in has no say when others do", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 4 });
  await cloud.advance("5m");
  await put(cloud, "cpu", own("Cpu"));
  await put(cloud, "orders", { ...own("Orders", 10), DisableScaleIn: true });
  assert.equal(await untilChanged(cloud, { Cpu: 25, Orders: 9.9 }), 2);
});

test("of a step policy and a tracking policy the one that wants more wins", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2, MaxSize: 20 });
  await cloud.advance("5m");
  await put(cloud, "cpu", own("Cpu"));
  const { PolicyARN } = await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "steps",
    PolicyType: "StepScaling",
    AdjustmentType: "PercentChangeInCapacity",
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 200 }],
  });
  await cloud.cloudwatch.PutMetricAlarm({
    AlarmName: "hot",
    Namespace: "Test",
    MetricName: "Cpu",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 3,
    Threshold: 50,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [PolicyARN!],
  });
  // Tracking wants 4, two hundred percent more are 6.
  await report(cloud, { Cpu: 100 }, 3);
  await cloud.advance("10s");
  assert.equal((await cloud.group()).desired, 6);
});

test("the guide's least magnitude: a fourth of four instances, but two at least", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 4 });
  await cloud.advance("5m");
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "out",
    AdjustmentType: "PercentChangeInCapacity",
    ScalingAdjustment: 25,
    MinAdjustmentMagnitude: 2,
  });
  // A policy is found by its name alone.
  await cloud.autoscaling.ExecutePolicy({ PolicyName: "out" });
  assert.equal((await cloud.group()).desired, 6);
});

test("without a cooldown of its own a simple policy waits for the group's, five minutes", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  await cloud.advance("10m");
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "out",
    AdjustmentType: "ChangeInCapacity",
    ScalingAdjustment: 1,
  });
  const run = (HonorCooldown: boolean) =>
    cloud.autoscaling.ExecutePolicy({
      AutoScalingGroupName: "web",
      PolicyName: "out",
      HonorCooldown,
    });
  await run(true);
  await cloud.advance("4m");
  await assert.rejects(run(true), { code: "ScalingActivityInProgressFault" });
  // Whoever does not honour it is not held back.
  await run(false);
  assert.equal((await cloud.group()).desired, 3);
  await cloud.advance("7m");
  await run(true);
  assert.equal((await cloud.group()).desired, 4);
});

test("suspending AlarmNotification holds alarms back, and a policy may be disabled", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup();
  await cloud.advance("3m");
  await put(cloud, "cpu", own("Cpu"));
  await cloud.autoscaling.SuspendProcesses({
    AutoScalingGroupName: "web",
    ScalingProcesses: ["AlarmNotification"],
  });
  await report(cloud, { Cpu: 100 }, 5);
  assert.equal((await cloud.group()).desired, 1);
  await cloud.autoscaling.ResumeProcesses({ AutoScalingGroupName: "web" });
  await report(cloud, { Cpu: 100 }, 2);
  assert.equal((await cloud.group()).desired, 2);
});
