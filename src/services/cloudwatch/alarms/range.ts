/** Reads the periods that an alarm looks at. */
import type { Transaction } from "#store/store.ts";
import type { RuleMetrics } from "../contributor-insights/rule-metric.ts";
import type { ScopeMemory } from "../metrics/memory.ts";
import { findMetric, readMetric } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { runQueries, type QueryResult } from "../math/run.ts";
import type { Range, TimeSeries } from "../math/series.ts";
import type { MetricAlarmRecord } from "../records.ts";
import { groupedBy, type ContributorRange } from "./contributors.ts";
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
  /** For an alarm on a query that groups: each time series that has data. */
  contributors?: ContributorRange[];
}

interface Request {
  /** The end of the newest period. */
  boundaryMs: number;
  periodMs: number;
  count: number;
  nowMs: number;
  /** What the alarm's queries want to know of rules of Contributor Insights. */
  ruleMetrics?: RuleMetrics | undefined;
}

/** What the newest periods span. */
export function rangeOf({ boundaryMs, periodMs, count }: Request): Range {
  return { fromMs: boundaryMs - count * periodMs, toMs: boundaryMs };
}

export async function readRange(
  tx: Transaction,
  memory: ScopeMemory,
  alarm: MetricAlarmRecord,
  request: Request,
): Promise<ReadRange> {
  return alarm.metric
    ? readOne(tx, memory, alarm.metric, request)
    : readMath(tx, memory, alarm, request);
}

async function readOne(
  tx: Transaction,
  memory: ScopeMemory,
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
  for (let timeMs = boundaryMs - periodMs; timeMs >= span.fromMs; timeMs -= periodMs) {
    const aggregate = points.get(timeMs);
    const value = aggregate && statistic(aggregate, stat.periodSeconds);
    if (aggregate === undefined || value === undefined) {
      periods.push({ timeMs, point: undefined });
      continue;
    }
    periods.push({ timeMs, point: { timeMs, value }, sampleCount: aggregate.count });
  }
  return { periods, series: Object.values(metric?.series ?? {}) };
}

/** Whether a judged datapoint is a percentile of too few values, in an alarm that ignores such. */
export function hasTooFewSamples(
  { metric, evaluateLowSampleCountPercentile }: MetricAlarmRecord,
  periods: readonly ReadPeriod[],
  judged: readonly EvaluatedPoint[],
): boolean {
  if (!metric || evaluateLowSampleCountPercentile !== "ignore") return false;
  const wanted = samplesWanted(metric.statistic);
  const times = new Set(judged.map(({ timeMs }) => timeMs));
  return periods.some(
    ({ timeMs, sampleCount = wanted }) => times.has(timeMs) && sampleCount < wanted,
  );
}

/**
 * "Between 0.5 and 1: 10 / (1 - percentile); between 0 and 0.5: 10 / percentile."
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
function samplesWanted(statistic: string): number {
  const percentile = /^p(\d+(\.\d+)?)$/.exec(statistic);
  if (!percentile) return 0;
  const rank = Number(percentile[1]) / 100;
  // 1 - 0.99 is not quite 0.01.
  return 10 / (rank >= 0.5 ? 1 - rank : rank) - 1e-6;
}

async function readMath(
  tx: Transaction,
  memory: ScopeMemory,
  alarm: MetricAlarmRecord,
  request: Request,
): Promise<ReadRange> {
  const { boundaryMs, periodMs, nowMs, ruleMetrics } = request;
  const series: number[] = [];
  const range = rangeOf(request);
  const results = await runQueries(tx, {
    memory,
    nowMs,
    queries: (alarm.queries ?? []).map((query) =>
      query.id === alarm.thresholdId ? { ...query, returnData: true } : query,
    ),
    range,
    ...(ruleMetrics && { ruleMetrics }),
    onMetric: (metric) => series.push(...Object.values(metric.series)),
  });
  const span = { boundaryMs, periodMs, fromMs: range.fromMs };
  const watched = results.filter(({ id }) => id !== alarm.thresholdId);
  if (groupedBy(alarm))
    return {
      periods: [],
      series,
      contributors: watched
        .filter((result) => result.series.points.size > 0)
        .map((result) => ({
          attributes: result.series.group ?? {},
          periods: periodsOf(result.series, span),
        })),
    };
  const [upper, lower] = results.filter(({ id }) => id === alarm.thresholdId);
  const band = alarm.thresholdId === undefined ? undefined : { upper, lower };
  return { periods: periodsOf(watched[0]?.series, span, band), series };
}

/** Newest first. */
function periodsOf(
  series: TimeSeries | undefined,
  { boundaryMs, periodMs, fromMs }: { boundaryMs: number; periodMs: number; fromMs: number },
  band?: { upper: QueryResult | undefined; lower: QueryResult | undefined },
): ReadPeriod[] {
  const periods: ReadPeriod[] = [];
  for (let timeMs = boundaryMs - periodMs; timeMs >= fromMs; timeMs -= periodMs) {
    const value = series?.points.get(timeMs);
    const lower = band?.lower?.series.points.get(timeMs);
    const upper = band?.upper?.series.points.get(timeMs);
    // Until there is a model nothing can be judged: as if the datapoint were missing.
    if (value === undefined || (band && (lower === undefined || upper === undefined)))
      periods.push({ timeMs, point: undefined });
    else if (lower === undefined || upper === undefined)
      periods.push({ timeMs, point: { timeMs, value } });
    else periods.push({ timeMs, point: { timeMs, value, band: { lower, upper } } });
  }
  return periods;
}
