/**
 * CloudWatch: values that come in over the wire, a day of ten metrics read back, what a thousand alarms
 * cost each minute, and what two weeks of a thousand metrics take on disk.
 *
 *     node bench/cloudwatch.ts [wire|alarms|disk|disk-of-averages …]
 *     BENCH_DAYS=2       a shorter history for `disk`; what two weeks take is computed from it
 */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { openLmdbStore } from "#store/lmdb.ts";
import { benchDirectory } from "./load/directory.ts";
import { attack, Connection } from "./load/client.ts";
import { cpuSecondsOf } from "./load/costs.ts";
import { pinLoad, startFogbank } from "./load/servers.ts";
import { jsonCall } from "./load/sign.ts";

const minuteMs = 60_000;
const number = (value: number) => Math.round(value).toLocaleString("en");
const verdict = (met: boolean) => (met ? "" : ", missed");

const call = (operation: string, input: object) =>
  jsonCall("monitoring", `GraniteServiceVersion20100801.${operation}`, input);

interface Datum {
  MetricName: string;
  Value?: number;
  Values?: number[];
  Timestamp?: number | Date;
}

async function wire(): Promise<void> {
  pinLoad();
  const fogbank = await startFogbank();
  try {
    const measure = async (name: string, data: Datum[], values: number) => {
      const requests = Array.from({ length: 20 }, () =>
        call("PutMetricData", { Namespace: "Bench", MetricData: data }),
      );
      await attack({ port: fogbank.port, requests, count: 50 });
      const before = cpuSecondsOf(fogbank.pid);
      const { perSecond, total } = await attack({ port: fogbank.port, requests, seconds: 5 });
      const cpuUs = ((cpuSecondsOf(fogbank.pid) - before) * 1e6) / (total * values);
      const rate = perSecond * values;
      await count(fogbank.port, data[0]!.MetricName, (total + 50) * (values / data.length));
      console.log(
        `PutMetricData, ${name}: ${number(rate)} values/s, ${cpuUs.toFixed(1)} µs CPU each (goal: 50,000/s${verdict(rate >= 50_000)})`,
      );
    };
    const names = Array.from({ length: 1000 }, (_, index) => `metric-${index}`);
    await measure(
      "1,000 metrics of one value",
      names.map((MetricName, index) => ({ MetricName, Value: index / 7 })),
      1000,
    );
    await measure(
      "10 metrics of 150 values",
      names.slice(0, 10).map((MetricName) => ({
        MetricName,
        Values: Array.from({ length: 150 }, (_, index) => index / 3),
      })),
      1500,
    );
    await readDay(fogbank.port);
  } finally {
    await fogbank.stop();
  }
}

/** Every value that was acknowledged is counted; a rate of anything else would be worth nothing. */
async function count(port: number, MetricName: string, atLeast: number): Promise<void> {
  const connection = await Connection.open(port);
  const endSeconds = Math.ceil(Date.now() / 60_000 + 1) * 60;
  const input = { Namespace: "Bench", MetricName, Period: 3600, Statistics: ["SampleCount"] };
  const { body } = await connection.ask(
    call("GetMetricStatistics", {
      ...input,
      StartTime: endSeconds - 3600,
      EndTime: endSeconds,
    }),
  );
  connection.close();
  const { Datapoints } = JSON.parse(body.toString()) as { Datapoints: { SampleCount: number }[] };
  const counted = Datapoints.reduce((sum, { SampleCount }) => sum + SampleCount, 0);
  if (counted < atLeast) throw new Error(`${MetricName} has ${counted} values of ${atLeast}`);
}

/** A day of ten one-minute metrics, as a dashboard asks for it. */
async function readDay(port: number): Promise<void> {
  const connection = await Connection.open(port);
  const endMs = Date.now() - (Date.now() % minuteMs);
  const days = Array.from({ length: 10 }, (_, index) => `day-${index}`);
  for (let minute = 0; minute < 1440; minute += 100) {
    const MetricData = days.flatMap((MetricName) =>
      Array.from({ length: Math.min(100, 1440 - minute) }, (_, index) => ({
        MetricName,
        Value: Math.sin(minute + index),
        Timestamp: (endMs - (minute + index + 1) * minuteMs) / 1000,
      })),
    );
    await connection.ask(call("PutMetricData", { Namespace: "Bench", MetricData }));
  }
  const query = call("GetMetricData", {
    StartTime: endMs / 1000 - 86_400,
    EndTime: endMs / 1000,
    MetricDataQueries: days.map((MetricName, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: { Namespace: "Bench", MetricName }, Period: 60, Stat: "Average" },
    })),
  });
  const timesMs: number[] = [];
  let points = 0;
  for (let round = 0; round < 50; round++) {
    const startMs = performance.now();
    const { body } = await connection.ask(query);
    timesMs.push(performance.now() - startMs);
    const { MetricDataResults } = JSON.parse(body.toString()) as {
      MetricDataResults: { Values: number[] }[];
    };
    points = MetricDataResults.reduce((sum, { Values }) => sum + Values.length, 0);
  }
  connection.close();
  const median = timesMs.toSorted((a, b) => a - b)[25]!;
  console.log(
    `GetMetricData, a day of ten metrics (${number(points)} values): ${median.toFixed(1)} ms (goal: below 20 ms${verdict(median < 20)})`,
  );
}

/** Each alarm computes over ten metrics of its own. */
async function alarms(): Promise<void> {
  const directory = benchDirectory();
  const store = await openLmdbStore({ path: join(directory, "store"), durability: "process" });
  const cloud = createTestCloud({ store });
  const client = cloud.clients.cloudwatch(cloud.caller);
  const nameOf = (alarm: number, metric: number) => `load-${alarm}-${metric}`;
  for (let alarm = 0; alarm < 1000; alarm++)
    await client.PutMetricAlarm({
      AlarmName: `alarm-${alarm}`,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: 1e9,
      ComparisonOperator: "GreaterThanThreshold",
      Metrics: [
        { Id: "sum", Expression: "SUM(METRICS())" },
        ...Array.from({ length: 10 }, (_, metric) => ({
          Id: `m${metric}`,
          ReturnData: false,
          MetricStat: {
            Metric: { Namespace: "Bench", MetricName: nameOf(alarm, metric) },
            Period: 60,
            Stat: "Average",
          },
        })),
      ],
    });
  const put = async () => {
    for (let alarm = 0; alarm < 1000; alarm += 100)
      await client.PutMetricData({
        Namespace: "Bench",
        MetricData: Array.from({ length: 1000 }, (_, index) => ({
          MetricName: nameOf(alarm + Math.floor(index / 10), index % 10),
          Value: index,
        })),
      });
  };
  const minutes = 12;
  let cpuUs = 0;
  for (let minute = -3; minute < minutes; minute++) {
    await put();
    const before = process.cpuUsage();
    await cloud.advance("1m");
    const { user, system } = process.cpuUsage(before);
    if (minute >= 0) cpuUs += user + system;
  }
  const share = cpuUs / (minutes * minuteMs * 1000);
  console.log(
    `1,000 alarms over 10,000 metrics each minute, folding of values included: ${(share * 100).toFixed(2)} % of a core (goal: below 5 %${verdict(share < 0.05)})`,
  );
  await cloud.stop();
  rmSync(directory, { recursive: true });
}

/**
 * A third each: counts of requests, percentages of two decimals, averages with all their digits; or the
 * last alone, which hardly anything makes smaller.
 */
function valueAt(minute: number, index: number, digits: boolean): number {
  const wave = Math.sin(minute * 7 + index) + 1;
  if (digits) return wave * 1e3;
  if (index % 3 === 0) return Math.round(wave * 50_000);
  return index % 3 === 1 ? Math.round(wave * 5000) / 100 : wave * 1e3;
}

async function disk(digits: boolean): Promise<void> {
  const days = Number(process.env["BENCH_DAYS"] ?? 14);
  const directory = benchDirectory();
  const path = join(directory, "store");
  const store = await openLmdbStore({ path, durability: "process" });
  const cloud = createTestCloud({ store });
  const client = cloud.clients.cloudwatch(cloud.caller);
  const cpu = process.cpuUsage();
  // As it comes: history that is put in afterwards would be written otherwise.
  for (let minute = 0; minute < days * 1440; minute++) {
    await client.PutMetricData({
      Namespace: "Bench",
      MetricData: Array.from({ length: 1000 }, (_, index) => ({
        MetricName: `metric-${index}`,
        Value: valueAt(minute, index, digits),
      })),
    });
    await cloud.advance("1m");
  }
  await cloud.advance("10m");
  const { user, system } = process.cpuUsage(cpu);
  await cloud.stop();
  const megabytes = statSync(path).isDirectory()
    ? statSync(join(path, "data.mdb")).size / 1e6
    : statSync(path).size / 1e6;
  const fortnight = (megabytes * 14) / days;
  console.log(
    `two weeks of 1,000 one-minute metrics${digits ? ", averages with all their digits," : ""} on disk: ${fortnight.toFixed(0)} MB${days === 14 ? "" : `, from ${days} days`} (goal: below 200 MB${verdict(fortnight < 200)}); ${((user + system) / (days * 1440 * 1000)).toFixed(1)} µs CPU for each value until it is in its block`,
  );
  rmSync(directory, { recursive: true });
}

const parts: Record<string, () => Promise<void>> = {
  wire,
  alarms,
  disk: () => disk(false),
  "disk-of-averages": () => disk(true),
};
const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(parts))
  if (asked.length === 0 || asked.includes(name)) await run();
