import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { blocks } from "../records.ts";

test("minutes that are older than some hours lie in longer blocks, and late values find them", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const startMs = cloud.clock.now();
  const valueAt = (minute: number) => Math.sin(minute) * 1e3;
  const put = async (minute: number, value = valueAt(minute)) =>
    client.PutMetricData({
      Namespace: "Shop",
      MetricData: [
        { MetricName: "Load", Value: value, Timestamp: dateOf(startMs + minute * 60_000) },
      ],
    });
  const hours = 30;
  for (let minute = 0; minute < hours * 60; minute++) {
    if (minute !== 100) await put(minute);
    await cloud.advance("1m");
  }
  const { keys } = await cloud.store.transaction(async (tx) => ({
    keys: (await blocks.entries(tx, cloud.caller)).map(({ id }) => id[0]),
  }));
  assert.ok(keys.includes(60_001) && keys.filter((key) => key === 60_000).length <= 4);
  await put(100);
  await cloud.advance("10m");
  const { Datapoints = [] } = await client.GetMetricStatistics({
    Namespace: "Shop",
    MetricName: "Load",
    Period: 3600,
    StartTime: dateOf(startMs),
    EndTime: dateOf(startMs + hours * 3_600_000),
    Statistics: ["SampleCount", "Sum"],
  });
  assert.equal(Datapoints.length, hours);
  for (const { Timestamp, SampleCount, Sum } of Datapoints) {
    const first = (Timestamp!.getTime() - startMs) / 60_000;
    const all = Array.from({ length: 60 }, (_, index) => valueAt(first + index));
    assert.equal(SampleCount, 60);
    assert.ok(Math.abs(Sum! - all.reduce((sum, value) => sum + value, 0)) < 1e-6);
  }
  await cloud.stop();
});
