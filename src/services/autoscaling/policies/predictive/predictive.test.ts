import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { asService } from "#services/kit/principal.ts";
import { dateOf, isoSeconds } from "#runtime/date.ts";
import { createScalingCloud } from "../../testing/scaling-cloud.ts";
import { learned } from "./history.ts";

const hourMs = 3_600_000;

/** Total CPU of the group's instances in an hour of a day: busy from 14:00 to 18:00. */
const loadAt = (hour: number) => (hour >= 14 && hour < 18 ? 400 : 90);

async function predictiveCloud(t: TestContext, days: number) {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ MaxSize: 6 });
  await cloud.advance("1m");
  const nowMs = cloud.clock.now();
  const startMs = nowMs - (nowMs % hourMs);
  const ec2 = cloud.clients.cloudwatch(asService(cloud.caller, "ec2.amazonaws.com"));
  // Two instances with one value an hour each.
  const data = Array.from({ length: days * 24 }, (_, index) => {
    const atMs = startMs - (index + 1) * hourMs;
    const sum = loadAt(dateOf(atMs).getUTCHours());
    return {
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "AutoScalingGroupName", Value: "web" }],
      Timestamp: dateOf(atMs),
      StatisticValues: { SampleCount: 2, Sum: sum, Minimum: sum / 2, Maximum: sum / 2 },
    };
  });
  if (data.length > 0) await ec2.PutMetricData({ Namespace: "AWS/EC2", MetricData: data });
  const predict = (more: object = {}) =>
    cloud.autoscaling.PutScalingPolicy({
      AutoScalingGroupName: "web",
      PolicyName: "ahead",
      PolicyType: "PredictiveScaling",
      PredictiveScalingConfiguration: {
        MetricSpecifications: [
          {
            TargetValue: 50,
            PredefinedMetricPairSpecification: { PredefinedMetricType: "ASGCPUUtilization" },
          },
        ],
        ...more,
      },
    });
  const forecast = () =>
    cloud.autoscaling.GetPredictiveScalingForecast({
      AutoScalingGroupName: "web",
      PolicyName: "ahead",
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + 48 * hourMs),
    });
  return { cloud, predict, forecast, startMs };
}

test("the forecast is of 48 hours, of load and of the capacity that carries it at the target", async (t) => {
  const { cloud, predict, forecast, startMs } = await predictiveCloud(t, 13);
  await predict();
  await cloud.advance("10s");
  const { LoadForecast, CapacityForecast, UpdateTime } = await forecast();
  const hours = Array.from({ length: 48 }, (_, hour) => startMs + hour * hourMs);
  assert.deepEqual(
    CapacityForecast!.Timestamps!.map((at) => at.getTime()),
    hours,
  );
  const loads = hours.map((ms) => loadAt(dateOf(ms).getUTCHours()));
  assert.deepEqual(
    LoadForecast![0]!.Values!.map((value) => Math.round(value)),
    loads,
  );
  // 400 percent in all need eight instances at 50; 90 need two.
  assert.deepEqual(
    CapacityForecast!.Values,
    loads.map((load) => (load === 400 ? 8 : 2)),
  );
  assert.ok(UpdateTime!.getTime() >= startMs);
  // Forecasting alone changes nothing.
  assert.equal((await cloud.group()).desired, 1);
});

test("under ForecastAndScale capacity comes ahead of the hour, within the group's maximum", async (t) => {
  const { cloud, predict, startMs } = await predictiveCloud(t, 13);
  await predict({ Mode: "ForecastAndScale", SchedulingBufferTime: 600 });
  await cloud.advance("10s");
  assert.equal((await cloud.group()).desired, 2);
  const [launched] = await cloud.activities();
  assert.match(
    launched!.cause,
    /the forecast of predictive scaling policy ahead changing the desired capacity from 1 to 2\./,
  );
  // It is shortly after 12:00; at 13:50 comes what 14:00 needs, up to the maximum of 6.
  const untilMs = startMs + 110 * 60_000;
  await cloud.advance(`${Math.floor((untilMs - cloud.clock.now()) / 1000) - 1}s`);
  assert.equal((await cloud.group()).desired, 2);
  await cloud.advance("3s");
  assert.equal((await cloud.group()).desired, 6);
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.equal(AutoScalingGroups![0]!.PredictedCapacity, 8);
  // Dynamic policies do not go below what is predicted, and nothing is scaled in by a forecast.
  await cloud.advance("4h30m");
  assert.equal((await cloud.group()).desired, 6);
});

test("IncreaseMaxCapacity lets the capacity exceed the group's maximum", async (t) => {
  const { cloud, predict } = await predictiveCloud(t, 3);
  await predict({
    Mode: "ForecastAndScale",
    MaxCapacityBreachBehavior: "IncreaseMaxCapacity",
    MaxCapacityBuffer: 10,
  });
  await cloud.advance("2h");
  assert.equal((await cloud.group()).desired, 8);
  // With the hour goes what it allowed.
  await cloud.advance("5h");
  assert.equal((await cloud.group()).desired, 6);
});

test("the forecast is renewed every six hours, and waits for a day of data", async (t) => {
  const { cloud, predict, forecast } = await predictiveCloud(t, 1);
  await predict();
  await cloud.advance("10s");
  const first = (await forecast()).UpdateTime!.getTime();
  await cloud.advance("7h");
  const second = (await forecast()).UpdateTime!;
  assert.equal(isoSeconds(second.getTime()), "2026-01-05T18:00:00Z");
  assert.ok(second.getTime() > first);
});

test("without a day of data there is no forecast", async (t) => {
  const { cloud, predict, forecast } = await predictiveCloud(t, 0);
  await predict();
  await cloud.advance("10s");
  await assert.rejects(forecast(), { code: "ValidationError", message: /at least 24 hours/ });
});

test("what a policy says is checked and shown", async (t) => {
  const { cloud, predict } = await predictiveCloud(t, 0);
  await assert.rejects(predict({ MaxCapacityBuffer: 10 }), { message: /MaxCapacityBuffer/ });
  await assert.rejects(predict({ SchedulingBufferTime: 3601 }), { code: "ValidationError" });
  await assert.rejects(predict({ MetricSpecifications: [{ TargetValue: 50 }] }), {
    message: /either a predefined metric pair, or one scaling metric and one load metric/,
  });
  await predict({ Mode: "ForecastAndScale" });
  const { ScalingPolicies } = await cloud.autoscaling.DescribePolicies({
    AutoScalingGroupName: "web",
  });
  assert.deepEqual(ScalingPolicies![0]!.PredictiveScalingConfiguration, {
    MetricSpecifications: [
      {
        TargetValue: 50,
        PredefinedMetricPairSpecification: { PredefinedMetricType: "ASGCPUUtilization" },
      },
    ],
    Mode: "ForecastAndScale",
    SchedulingBufferTime: 300,
    MaxCapacityBreachBehavior: "HonorMaxCapacity",
  });
});

test("what an instance carries is learned from metrics of the user's own", () => {
  // 100 requests by 2 instances at 25 percent each: at 50 percent an instance carries 100.
  assert.equal(learned([100, 100, 300], [25, 25, 75], [2, 2, 2], 50), 100);
  assert.equal(learned([100], [undefined], [2], 50), undefined);
});
