import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";

const hour = 3_600_000;

/** Two weeks of a metric that swings between 50 and 150 each day. */
async function cloudWithHistory() {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const nowMs = cloud.clock.now();
  const shape = (timeMs: number) => 100 + 50 * Math.sin((2 * Math.PI * timeMs) / (24 * hour));
  let batch: object[] = [];
  for (let timeMs = nowMs - 13 * 24 * hour; timeMs < nowMs; timeMs += 5 * 60_000) {
    const jitter = ((timeMs / 300_000) % 5) - 2;
    batch.push({ MetricName: "Load", Timestamp: dateOf(timeMs), Value: shape(timeMs) + jitter });
    if (batch.length < 1000) continue;
    await client.PutMetricData({ Namespace: "Shop", MetricData: batch as never });
    batch = [];
  }
  await client.PutMetricData({ Namespace: "Shop", MetricData: batch as never });
  const put = (factor: number) =>
    client.PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Load", Value: shape(cloud.clock.now()) * factor }],
    });
  return { cloud, client, put };
}

const load = {
  Id: "m1",
  MetricStat: { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 300, Stat: "Average" },
};

test("an alarm compares values with their band, and says so", async () => {
  const { cloud, client, put } = await cloudWithHistory();
  await client.PutMetricAlarm({
    AlarmName: "odd",
    EvaluationPeriods: 1,
    ComparisonOperator: "LessThanLowerOrGreaterThanUpperThreshold",
    ThresholdMetricId: "ad1",
    Metrics: [load, { Id: "ad1", Expression: "ANOMALY_DETECTION_BAND(m1, 3)", Label: "expected" }],
  });
  const alarm = async () =>
    (await client.DescribeAlarms({ AlarmNames: ["odd"] })).MetricAlarms![0]!;
  await put(1);
  await cloud.advance("306s");
  assert.equal((await alarm()).StateValue, "OK");
  await put(1.5);
  await cloud.advance("5m");
  const fired = await alarm();
  assert.equal(fired.StateValue, "ALARM");
  assert.equal(fired.Threshold, undefined);
  assert.match(
    fired.StateReason!,
    /^Thresholds Crossed: 1 out of the last 1 datapoints \[14\d\.\d+ \(05\/01\/26 12:05:00\)\] was less than the lower thresholds \[9\d\.\d+\] or greater than the upper thresholds \[1\d\d\.\d+\] \(minimum 1 datapoint for OK -> ALARM transition\)\.$/,
  );
  const data = JSON.parse(fired.StateReasonData!) as Record<string, number[]>;
  assert.equal(data["recentLowerThresholds"]?.length, 1);
  await put(0.1);
  await cloud.advance("5m");
  assert.equal((await alarm()).StateValue, "ALARM");
  await cloud.advance("1m");
  // The alarm made a detector of its metric.
  const { AnomalyDetectors } = await client.DescribeAnomalyDetectors({ Namespace: "Shop" });
  assert.deepEqual(
    AnomalyDetectors?.map(({ MetricName, Stat, StateValue }) => [MetricName, Stat, StateValue]),
    [["Load", "Average", "TRAINED"]],
  );
  await cloud.stop();
});

test("GetMetricData answers the upper and the lower edge, of expressions too", async () => {
  const { cloud, client } = await cloudWithHistory();
  const nowMs = cloud.clock.now();
  const run = async (Expression: string) => {
    const { MetricDataResults } = await client.GetMetricData({
      StartTime: dateOf(nowMs - hour),
      EndTime: dateOf(nowMs),
      MetricDataQueries: [
        { ...load, ReturnData: false },
        { Id: "e1", Expression: "m1 * 10", ReturnData: false },
        { Id: "ad1", Expression },
      ],
    });
    return MetricDataResults!.map(({ Label, Values }) => ({ Label, Values: Values! }));
  };
  const [high, low] = await run("ANOMALY_DETECTION_BAND(m1)");
  assert.equal(high!.Values.length, 12);
  for (const [index, value] of high!.Values.entries()) assert.ok(value > low!.Values[index]!);
  const [lower] = await run("LAST(ANOMALY_DETECTION_BAND(m1))");
  assert.deepEqual(lower!.Values, low!.Values);
  const [tenfold] = await run("ANOMALY_DETECTION_BAND(e1)");
  assert.ok(Math.abs(tenfold!.Values[0]! / high!.Values[0]! - 10) < 0.01);
  await assert.rejects(run("ANOMALY_DETECTION_BAND(SUM(METRICS()))"), {
    code: "ValidationError",
    message:
      "Error in expression 'ad1': ANOMALY_DETECTION_BAND takes the id of a metric and a number",
  });
  await cloud.stop();
});

test("detectors are put, described and deleted; excluded times are not learned", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const single = { Namespace: "Shop", MetricName: "Load", Stat: "Average" };
  const range = { StartTime: dateOf(0), EndTime: dateOf(hour) };
  await client.PutAnomalyDetector({
    SingleMetricAnomalyDetector: single,
    Configuration: { ExcludedTimeRanges: [range], MetricTimezone: "Europe/Berlin" },
  });
  const [detector] = (await client.DescribeAnomalyDetectors({})).AnomalyDetectors!;
  assert.equal(detector!.StateValue, "PENDING_TRAINING");
  assert.deepEqual(detector!.Configuration?.ExcludedTimeRanges, [range]);
  await cloud.advance("2m");
  const [trained] = (await client.DescribeAnomalyDetectors({})).AnomalyDetectors!;
  assert.equal(trained!.StateValue, "TRAINED_INSUFFICIENT_DATA");
  await assert.rejects(
    client.PutAnomalyDetector({ ...single, SingleMetricAnomalyDetector: single }),
    {
      code: "InvalidParameterCombinationException",
    },
  );
  await assert.rejects(client.PutAnomalyDetector({ Namespace: "Shop", MetricName: "Load" }), {
    code: "MissingRequiredParameterException",
    message: "The parameter Stat is required.",
  });
  await client.DeleteAnomalyDetector(single);
  await assert.rejects(client.DeleteAnomalyDetector(single), { code: "ResourceNotFoundException" });
  await cloud.stop();
});
