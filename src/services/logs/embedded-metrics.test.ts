import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { embeddedSamples } from "./embedded-metrics.ts";
import { createLogsScene } from "./testing/logs-scene.ts";

/** The example of the specification. */
const event = (timestampMs: number, more: object = {}) => ({
  _aws: {
    Timestamp: timestampMs,
    CloudWatchMetrics: [
      {
        Namespace: "lambda-function-metrics",
        Dimensions: [["functionVersion"], ["functionVersion", "stage"], []],
        Metrics: [{ Name: "time", Unit: "Milliseconds", StorageResolution: 60 }],
      },
    ],
  },
  functionVersion: "$LATEST",
  stage: "prod",
  time: 100,
  requestId: "989ffbf8-9ace-4817-a57c-e4dd734019ee",
  ...more,
});

test("each dimension set of an embedded metric becomes a metric, with unit and time", () => {
  const base = { namespace: "lambda-function-metrics", name: "time", unit: "Milliseconds" };
  const sample = { ...base, value: 100, count: 1, timestampMs: 5 };
  assert.deepEqual(embeddedSamples(JSON.stringify(event(5))), [
    { ...sample, dimensions: { functionVersion: "$LATEST" } },
    { ...sample, dimensions: { functionVersion: "$LATEST", stage: "prod" } },
    { ...sample, dimensions: {} },
  ]);
});

test("lists of values are counted; what breaks the specification is passed over", () => {
  const [sample, twice] = embeddedSamples(JSON.stringify(event(5, { time: [3, 4, 3] })));
  assert.deepEqual([sample?.value, sample?.count, twice?.value, twice?.count], [3, 2, 4, 1]);
  assert.equal(embeddedSamples(JSON.stringify(event(5, { time: "fast" }))).length, 0);
  assert.equal(embeddedSamples(JSON.stringify(event(5, { stage: 7 }))).length, 2);
  assert.deepEqual(embeddedSamples('{"_aws":'), []);
});

test("CloudWatch has the metrics that events carry", async () => {
  const { cloud, write } = await createLogsScene();
  const nowMs = cloud.clock.now();
  await write(JSON.stringify(event(nowMs)), JSON.stringify(event(nowMs, { time: 300 })));
  await cloud.advance("1m");
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "lambda-function-metrics",
    MetricName: "time",
    Dimensions: [
      { Name: "functionVersion", Value: "$LATEST" },
      { Name: "stage", Value: "prod" },
    ],
    StartTime: dateOf(nowMs - 60_000),
    EndTime: dateOf(nowMs + 60_000),
    Period: 60,
    Statistics: ["Sum", "SampleCount", "Maximum"],
  });
  const [{ Sum, SampleCount, Maximum, Unit } = {}] = Datapoints ?? [];
  assert.deepEqual([Sum, SampleCount, Maximum, Unit], [400, 2, 300, "Milliseconds"]);
  await cloud.stop();
});
