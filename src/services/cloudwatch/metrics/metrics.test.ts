import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { addStatisticSet, addValue, emptyAggregate } from "./aggregate.ts";
import { decodeBlock, encodeBlock, type Slots } from "./block-codec.ts";
import { parseStatistic } from "./statistic.ts";

const client = (cloud: TestCloud) => cloud.clients.cloudwatch(cloud.caller);
const minute = 60_000;

function statisticsOf(cloud: TestCloud, fromMs: number, toMs: number, Period = 60) {
  return client(cloud).GetMetricStatistics({
    Namespace: "Shop",
    MetricName: "Orders",
    StartTime: dateOf(fromMs),
    EndTime: dateOf(toMs),
    Period,
    Statistics: ["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
    ExtendedStatistics: ["p50", "p90"],
  });
}

test("a block keeps every kind of datapoint exactly", () => {
  const slots: Slots = new Map();
  const put = (slot: number, values: number[]) => {
    const aggregate = emptyAggregate();
    for (const value of values) addValue(aggregate, value, 1);
    slots.set(slot, aggregate);
  };
  put(0, [12.345]);
  put(3, [7, 7, 7]);
  put(17, [1, 2, 2, 1000, 0.5]);
  put(239, [-4]);
  const opaque = emptyAggregate();
  addStatisticSet(opaque, 10, 55, 1, 10);
  slots.set(120, opaque);
  assert.deepEqual(
    decodeBlock(encodeBlock(slots)),
    new Map([...slots].sort((a, b) => a[0] - b[0])),
  );
});

test("a part of a block is read without the rest", () => {
  const slots: Slots = new Map();
  for (let slot = 0; slot < 60; slot += 3) {
    const aggregate = emptyAggregate();
    for (let value = 0; value <= slot % 4; value++) addValue(aggregate, slot + value / 3, 1);
    slots.set(slot, aggregate);
  }
  const bytes = encodeBlock(slots);
  const part = [...slots].filter(([slot]) => slot >= 10 && slot < 31);
  assert.deepEqual(decodeBlock(bytes, 10, 31), new Map(part));
  assert.deepEqual(decodeBlock(bytes), slots);
});

test("every number comes back as it was, decimals in a few bytes", () => {
  const lengthOf = (values: number[]) => {
    const slots: Slots = new Map();
    for (const [slot, value] of values.entries()) {
      const aggregate = emptyAggregate();
      addValue(aggregate, value, 1);
      slots.set(slot, aggregate);
    }
    const bytes = encodeBlock(slots);
    assert.deepEqual(decodeBlock(bytes), slots);
    return bytes.length - 4 - Math.ceil(values.length / 8) - 1;
  };
  const four = (...values: number[]) => lengthOf(values) / 4;
  assert.equal(four(1, 2, 3, 255), 1);
  assert.equal(four(12.34, 99.99, 0.07, -3.1), 2);
  assert.equal(four(1_500_000, 3, -2, 2 ** 31 - 1), 4);
  assert.equal(four(1234.567891, 0.1, 3, 7), 4);
  assert.equal(four(2 ** 40, 2 ** 41, 0.5, 1), 4);
  assert.equal(four(0.1 + 0.2, 1 / 3, 1e-9, 1e300), 8);
});

test("four hours of a plain gauge take little more than eight bytes a minute", () => {
  const slots: Slots = new Map();
  for (let slot = 0; slot < 240; slot++) {
    const aggregate = emptyAggregate();
    addValue(aggregate, slot * 1.1, 1);
    slots.set(slot, aggregate);
  }
  assert.ok(encodeBlock(slots).length < 240 * 8 + 40);
});

test("statistics follow AWS's definitions", () => {
  const aggregate = emptyAggregate();
  for (let value = 1; value <= 100; value++) addValue(aggregate, value, 1);
  const of = (name: string) => parseStatistic(name)?.(aggregate, 60);
  assert.equal(of("p90"), 90);
  assert.equal(of("tm90"), 45.5);
  assert.equal(of("tc90"), 90);
  assert.equal(of("ts90"), 4095);
  assert.equal(of("IQM"), 50.5);
  assert.equal(of("PR(:30)"), 30);
  assert.equal(of("TM(10%:90%)"), 50.5);
  assert.equal(of("TC(:50)"), 50);
  assert.equal(parseStatistic("p101"), undefined);
  assert.equal(parseStatistic("Median"), undefined);
});

test("values, counts and statistic sets of one minute are one datapoint", async () => {
  const cloud = createTestCloud();
  const startMs = cloud.clock.now();
  await client(cloud).PutMetricData({
    Namespace: "Shop",
    MetricData: [
      { MetricName: "Orders", Values: [1, 2, 3], Counts: [5, 4, 1], Unit: "Count" },
      { MetricName: "Orders", Value: 10, Unit: "Count" },
    ],
  });
  const { Datapoints } = await statisticsOf(cloud, startMs, startMs + minute);
  assert.deepEqual(Datapoints, [
    {
      Timestamp: dateOf(startMs),
      Unit: "Count",
      Sum: 26,
      SampleCount: 11,
      Minimum: 1,
      Maximum: 10,
      Average: 26 / 11,
      ExtendedStatistics: { p50: 2, p90: 3 },
    },
  ]);
  await cloud.stop();
});

test("datapoints survive folding and a restart in any phase", async () => {
  const store = createMemoryStore();
  let cloud = createTestCloud({ store });
  const startMs = cloud.clock.now();
  const put = (Value: number) =>
    client(cloud).PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Orders", Value }],
    });
  await put(1);
  await cloud.advance("6m");
  await put(2);
  await cloud.clients.cloudwatch(cloud.caller).ListMetrics({});
  const seen = async () => {
    const { Datapoints } = await statisticsOf(cloud, startMs, startMs + 10 * minute, 600);
    return Datapoints?.map(({ Sum, SampleCount }) => [Sum, SampleCount]);
  };
  assert.deepEqual(await seen(), [[3, 2]]);
  // A second cloud on the same store stands for the process that comes after kill -9.
  cloud = createTestCloud({ store });
  await cloud.advance("7m");
  assert.deepEqual(await seen(), [[3, 2]]);
  await put(4);
  await cloud.advance("6m");
  assert.deepEqual(
    (await statisticsOf(cloud, startMs, startMs + 20 * minute, 1200)).Datapoints?.[0]?.Sum,
    7,
  );
});

test("datapoints become coarser with age and are gone after 455 days", async () => {
  const cloud = createTestCloud();
  const startMs = cloud.clock.now();
  const put = (Value: number) =>
    client(cloud).PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Orders", Value }],
    });
  await put(3);
  await cloud.advance("1m");
  await put(5);
  const count = async (Period: number) =>
    (await statisticsOf(cloud, startMs, startMs + 3_600_000, Period)).Datapoints?.length;
  assert.equal(await count(60), 2);
  await cloud.advance("16d");
  await put(1);
  await cloud.advance("6m");
  assert.equal(await count(60), 0);
  assert.equal(await count(300), 1);
  await cloud.advance("50d");
  await put(1);
  await cloud.advance("6m");
  assert.equal(await count(300), 0);
  const hour = await statisticsOf(cloud, startMs, startMs + 3_600_000, 3600);
  assert.deepEqual(
    hour.Datapoints?.map(({ Sum }) => Sum),
    [8],
  );
  assert.equal(hour.Datapoints?.[0]?.ExtendedStatistics?.["p90"], 5);
  await cloud.advance("400d");
  assert.equal(await count(3600), 0);
  await cloud.stop();
});

test("high resolution is kept for three hours", async () => {
  const cloud = createTestCloud();
  const startMs = cloud.clock.now();
  for (let second = 0; second < 3; second++) {
    await client(cloud).PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Orders", Value: second, StorageResolution: 1 }],
    });
    await cloud.advance("1s");
  }
  const count = async (Period: number) =>
    (await statisticsOf(cloud, startMs, startMs + minute, Period)).Datapoints?.length;
  assert.equal(await count(1), 3);
  await cloud.advance("10m");
  assert.equal(await count(1), 3);
  await cloud.advance("3h");
  assert.equal(await count(1), 0);
  assert.equal(await count(60), 1);
  await cloud.stop();
});

test("refused requests say why", async () => {
  const cloud = createTestCloud();
  const nowMs = cloud.clock.now();
  const put = (datum: object, Namespace = "Shop") =>
    client(cloud).PutMetricData({ Namespace, MetricData: [{ MetricName: "Orders", ...datum }] });
  await assert.rejects(put({ Value: 1 }, "AWS/EC2"), {
    code: "InvalidParameterValueException",
    message: "The value AWS/ for parameter Namespace is invalid.",
  });
  await assert.rejects(put({ Value: 1, Timestamp: dateOf(nowMs - 15 * 86_400_000) }), {
    message:
      "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.",
  });
  await assert.rejects(put({ Value: Number.NaN }), {
    message: "The value NaN for parameter MetricData.member.1.Value is invalid.",
  });
  await assert.rejects(statisticsOf(cloud, nowMs - 2 * 86_400_000, nowMs + minute), {
    code: "InvalidParameterCombinationException",
    message:
      "You have requested up to 2,881 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
  });
  await cloud.stop();
});

test("metrics are listed for two weeks after their last value", async () => {
  const cloud = createTestCloud();
  await client(cloud).PutMetricData({
    Namespace: "Shop",
    MetricData: [
      { MetricName: "Orders", Value: 1, Dimensions: [{ Name: "Zone", Value: "a" }] },
      { MetricName: "Orders", Value: 1 },
    ],
  });
  const listed = async (more: object = {}) =>
    (await client(cloud).ListMetrics({ Namespace: "Shop", ...more })).Metrics?.length;
  assert.equal(await listed(), 2);
  assert.equal(await listed({ Dimensions: [{ Name: "Zone" }] }), 1);
  await cloud.advance("4h");
  assert.equal(await listed({ RecentlyActive: "PT3H" }), 0);
  await cloud.advance("15d");
  assert.equal(await listed(), 0);
  await cloud.stop();
});

test("metric math computes over metrics and expressions", async () => {
  const cloud = createTestCloud();
  const startMs = cloud.clock.now();
  for (let step = 0; step < 3; step++) {
    await client(cloud).PutMetricData({
      Namespace: "Shop",
      MetricData: [
        { MetricName: "Errors", Value: step },
        ...(step === 1 ? [] : [{ MetricName: "Calls", Value: 10 }]),
      ],
    });
    await cloud.advance("1m");
  }
  const stat = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: "Shop", MetricName }, Period: 60, Stat: "Sum" },
    ReturnData: false,
  });
  const run = async (Expression: string) => {
    const { MetricDataResults } = await client(cloud).GetMetricData({
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + 3 * minute),
      ScanBy: "TimestampAscending",
      MetricDataQueries: [
        stat("errors", "Errors"),
        stat("calls", "Calls"),
        { Id: "e1", Expression },
      ],
    });
    return MetricDataResults?.map(({ Values }) => Values).flat();
  };
  assert.deepEqual(await run("errors / calls * 100"), [0, 20]);
  assert.deepEqual(await run("errors / FILL(calls, REPEAT)"), [0, 0.1, 0.2]);
  assert.deepEqual(await run("SUM(METRICS())"), [10, 1, 12]);
  assert.deepEqual(await run("IF(errors > 1 AND calls == 10, 1, 0)"), [0, 0, 1]);
  assert.deepEqual(await run("RUNNING_SUM(errors)"), [0, 1, 3]);
  assert.deepEqual(await run("-errors^2 + MAX(errors)"), [2, 1, -2]);
  assert.deepEqual(
    await run("SEARCH('Namespace=\"Shop\" MetricName=\"Errors\"', 'Maximum', 60)"),
    [0, 1, 2],
  );
  await assert.rejects(run("errors +"), {
    code: "ValidationError",
    message: "Error in expression 'e1': the expression ends too early",
  });
  await cloud.stop();
});

test("GetMetricData pages by datapoints", async () => {
  const cloud = createTestCloud();
  const startMs = cloud.clock.now();
  for (let step = 0; step < 5; step++) {
    await client(cloud).PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Orders", Value: step }],
    });
    await cloud.advance("1m");
  }
  const values: number[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client(cloud).GetMetricData({
      StartTime: dateOf(startMs),
      EndTime: dateOf(cloud.clock.now()),
      MaxDatapoints: 2,
      MetricDataQueries: [
        {
          Id: "m1",
          MetricStat: {
            Metric: { Namespace: "Shop", MetricName: "Orders" },
            Period: 60,
            Stat: "Sum",
          },
        },
      ],
      ...(NextToken && { NextToken }),
    });
    values.push(...page.MetricDataResults!.flatMap(({ Values }) => Values ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  assert.deepEqual(values, [4, 3, 2, 1, 0]);
  await cloud.stop();
});
