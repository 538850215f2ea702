/** Reads the periods that an alarm looks at. */
import type { Transaction } from "#store/store.ts";
import type { ScopeMemory } from "../metrics/memory.ts";
import { findMetric, readMetric } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { runQueries } from "../math/run.ts";
import type { MetricAlarmRecord } from "../records.ts";
import type { EvaluatedPoint } from "./evaluate.ts";

export interface ReadPeriod {
  /** Start of the period. */
  timeMs: number;
  point: EvaluatedPoint | undefined;
  sampleCount?: number;
}

export interface ReadRange {
  /** Newest first. */
  periods: ReadPeriod[];
  /** The series that were read. */
  series: number[];
  /** A percentile of too few values, in an alarm that ignores such. */
  tooFewSamples: boolean;
}

interface Request {
  /** The end of the newest period. */
  boundaryMs: number;
  periodMs: number;
  count: number;
  nowMs: number;
}

export async function readRange(
  tx: Transaction,
  memory: ScopeMemory,
  alarm: MetricAlarmRecord,
  request: Request,
): Promise<ReadRange> {
  return alarm.metric
    ? readOne(tx, memory, alarm, alarm.metric, request)
    : readMath(tx, memory, alarm, request);
}

async function readOne(
  tx: Transaction,
  memory: ScopeMemory,
  alarm: MetricAlarmRecord,
  stat: NonNullable<MetricAlarmRecord["metric"]>,
  { boundaryMs, periodMs, count, nowMs }: Request,
): Promise<ReadRange> {
  const dimensions = stat.dimensions
    .map(({ name, value }): [string, string] => [name, value])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const { namespace, name } = stat;
  const metric = await findMetric(tx, memory.scope, { namespace, name, dimensions });
  const span = { fromMs: boundaryMs - count * periodMs, toMs: boundaryMs, periodMs };
  const points = metric
    ? await readMetric(tx, memory, metric, span, nowMs, stat.unit)
    : new Map<number, never>();
  const statistic = parseStatistic(stat.statistic)!;
  const periods: ReadPeriod[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (let timeMs = boundaryMs - periodMs; timeMs >= span.fromMs; timeMs -= periodMs) {
    const aggregate = points.get(timeMs);
    const value = aggregate && statistic(aggregate, stat.periodSeconds);
    if (aggregate === undefined || value === undefined) {
      periods.push({ timeMs, point: undefined });
      continue;
    }
    fewest = Math.min(fewest, aggregate.count);
    periods.push({ timeMs, point: { timeMs, value }, sampleCount: aggregate.count });
  }
  const wanted = samplesWanted(stat.statistic);
  return {
    periods,
    series: Object.values(metric?.series ?? {}),
    tooFewSamples:
      alarm.evaluateLowSampleCountPercentile === "ignore" &&
      Number.isFinite(fewest) &&
      fewest < wanted,
  };
}

/**
 * "Between 0.5 and 1: 10 / (1 - percentile); between 0 and 0.5: 10 / percentile."
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
function samplesWanted(statistic: string): number {
  const percentile = /^p(\d+(\.\d+)?)$/.exec(statistic);
  if (!percentile) return 0;
  const rank = Number(percentile[1]) / 100;
  return 10 / (rank >= 0.5 ? 1 - rank : rank);
}

async function readMath(
  tx: Transaction,
  memory: ScopeMemory,
  alarm: MetricAlarmRecord,
  { boundaryMs, periodMs, count, nowMs }: Request,
): Promise<ReadRange> {
  const series: number[] = [];
  const range = { fromMs: boundaryMs - count * periodMs, toMs: boundaryMs };
  const results = await runQueries(tx, {
    memory,
    nowMs,
    queries: (alarm.queries ?? []).map((query) =>
      query.id === alarm.thresholdId ? { ...query, returnData: true } : query,
    ),
    range,
    onMetric: (metric) => series.push(...Object.values(metric.series)),
  });
  const [upper, lower] = results.filter(({ id }) => id === alarm.thresholdId);
  const [result] = results.filter(({ id }) => id !== alarm.thresholdId);
  const periods: ReadPeriod[] = [];
  for (let timeMs = boundaryMs - periodMs; timeMs >= range.fromMs; timeMs -= periodMs) {
    const value = result?.series.points.get(timeMs);
    if (value === undefined) {
      periods.push({ timeMs, point: undefined });
      continue;
    }
    const edges = [lower, upper].map((edge) => edge?.series.points.get(timeMs));
    const [low, high] = edges;
    // Until there is a model nothing can be judged: as if the datapoint were missing.
    const judgeable = alarm.thresholdId === undefined || low !== undefined;
    const band = low !== undefined && high !== undefined && { band: { lower: low, upper: high } };
    periods.push({ timeMs, point: judgeable ? { timeMs, value, ...band } : undefined });
  }
  return { periods, series, tooFewSamples: false };
}
