import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { parseAction } from "./actions.ts";
import { busyAlarm } from "../testing/busy-alarm.ts";

const client = (cloud: TestCloud) => cloud.clients.cloudwatch(cloud.caller);

const put = (cloud: TestCloud, Value: number) =>
  client(cloud).PutMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Load", Value }] });

async function alarm(cloud: TestCloud, name = "busy") {
  const { MetricAlarms, CompositeAlarms } = await client(cloud).DescribeAlarms({
    AlarmNames: [name],
  });
  return (MetricAlarms?.[0] ?? CompositeAlarms?.[0])!;
}

test("an alarm fires at the end of the period and says why", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm(busyAlarm);
  assert.equal((await alarm(cloud)).StateReason, "Unchecked: Initial alarm creation");
  await put(cloud, 97);
  await cloud.advance("59s");
  assert.equal((await alarm(cloud)).StateValue, "INSUFFICIENT_DATA");
  await cloud.advance("2s");
  const fired = await alarm(cloud);
  assert.equal(fired.StateValue, "ALARM");
  assert.equal(
    fired.StateReason,
    "Threshold Crossed: 1 datapoint [97.0 (05/01/26 12:00:00)] was greater than the threshold (70.0).",
  );
  await put(cloud, 5);
  await cloud.advance("1m");
  assert.equal(
    (await alarm(cloud)).StateReason,
    "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (05/01/26 12:01:00)] was not greater than the threshold (70.0) (minimum 1 datapoint for ALARM -> OK transition).",
  );
  await cloud.advance("5m");
  assert.equal((await alarm(cloud)).StateReason, "Insufficient Data: 1 datapoint was unknown.");
  const { AlarmHistoryItems } = await client(cloud).DescribeAlarmHistory({ AlarmName: "busy" });
  assert.deepEqual(
    AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary),
    [
      "Alarm updated from OK to INSUFFICIENT_DATA",
      "Alarm updated from ALARM to OK",
      "Alarm updated from INSUFFICIENT_DATA to ALARM",
      'Alarm "busy" created',
    ],
  );
  await cloud.stop();
});

test("two of three datapoints are enough for an M out of N alarm", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm({ ...busyAlarm, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
  for (const value of [10, 90, 20, 80]) {
    await put(cloud, value);
    await cloud.advance("1m");
  }
  await cloud.advance("6s");
  const fired = await alarm(cloud);
  assert.equal(
    fired.StateReason,
    "Threshold Crossed: 2 out of the last 3 datapoints [80.0 (05/01/26 12:03:00), 90.0 (05/01/26 12:01:00)] were greater than the threshold (70.0) (minimum 2 datapoints for OK -> ALARM transition).",
  );
  assert.deepEqual(JSON.parse(fired.StateReasonData!).recentDatapoints, [90, 20, 80]);
  await cloud.stop();
});

test("values that come after their period are judged within seconds", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm(busyAlarm);
  await put(cloud, 1);
  await cloud.advance("70s");
  const at = dateOf(cloud.clock.now() - 15_000);
  await client(cloud).PutMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Load", Value: 500, Timestamp: at }],
  });
  assert.equal((await alarm(cloud)).StateValue, "OK");
  await cloud.advance("1s");
  assert.equal((await alarm(cloud)).StateValue, "ALARM");
  await cloud.stop();
});

test("a state set by hand lasts until the next evaluation", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm({ ...busyAlarm, TreatMissingData: "notBreaching" });
  await cloud.advance("10s");
  assert.equal(
    (await alarm(cloud)).StateReason,
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
  );
  await client(cloud).SetAlarmState({
    AlarmName: "busy",
    StateValue: "ALARM",
    StateReason: "testing",
  });
  await cloud.advance("30s");
  assert.equal((await alarm(cloud)).StateReason, "testing");
  await cloud.advance("30s");
  assert.equal((await alarm(cloud)).StateValue, "OK");
  await cloud.stop();
});

test("an alarm can watch an expression", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm({
    AlarmName: "busy",
    EvaluationPeriods: 1,
    Threshold: 50,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    Metrics: [
      {
        Id: "m1",
        ReturnData: false,
        MetricStat: { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 60, Stat: "Sum" },
      },
      { Id: "e1", Expression: "m1 / 2", Label: "half" },
    ],
  });
  await put(cloud, 100);
  await cloud.advance("66s");
  assert.equal((await alarm(cloud)).StateValue, "ALARM");
  await cloud.stop();
});

test("a composite alarm follows its children", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricAlarm({ ...busyAlarm, AlarmName: "a" });
  await client(cloud).PutMetricAlarm({ ...busyAlarm, AlarmName: "b", Threshold: 1000 });
  await client(cloud).PutCompositeAlarm({
    AlarmName: "both",
    AlarmRule: 'ALARM("a") AND NOT ALARM(b)',
  });
  await cloud.advance("1s");
  assert.equal((await alarm(cloud, "both")).StateValue, "OK");
  await put(cloud, 99);
  await cloud.advance("66s");
  assert.equal((await alarm(cloud, "both")).StateValue, "ALARM");
  await assert.rejects(client(cloud).DeleteAlarms({ AlarmNames: ["a"] }), {
    code: "ValidationError",
  });
  await cloud.stop();
});

test("refused alarms say why", async () => {
  const cloud = createTestCloud();
  await assert.rejects(client(cloud).PutMetricAlarm({ ...busyAlarm, Period: 45 }), {
    code: "ValidationError",
    message: "Period must be 10, 20, 30 or a multiple of 60",
  });
  await assert.rejects(client(cloud).PutMetricAlarm({ ...busyAlarm, DatapointsToAlarm: 2 }), {
    message: "DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
  });
  await assert.rejects(client(cloud).PutMetricAlarm({ ...busyAlarm, AlarmActions: ["call-me"] }), {
    message: "Invalid arn syntax: call-me",
  });
  await cloud.stop();
});

test("actions are told apart by their ARNs", () => {
  assert.deepEqual(parseAction("arn:aws:automate:us-east-1:ec2:recover"), {
    kind: "ec2",
    verb: "recover",
  });
  assert.deepEqual(
    parseAction("arn:aws:swf:us-east-1:123456789012:action/actions/AWS_EC2.InstanceId.Stop/1.0"),
    { kind: "ec2", verb: "stop" },
  );
  const arn =
    "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:u-1:autoScalingGroupName/web:policyName/out";
  assert.deepEqual(parseAction(arn), {
    kind: "scaling",
    policyArn: arn,
    group: "web",
    policy: "out",
  });
});
