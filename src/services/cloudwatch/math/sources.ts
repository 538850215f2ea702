/** Where series come from: a metric, a search, a Metrics Insights query. */
import type { Transaction } from "#store/store.ts";
import { addToGroup, groupOf, isSelected, seriesOf, type Group } from "../insights/select.ts";
import type { InsightsQuery } from "../insights/syntax.ts";
import { listedForMs } from "../limits.ts";
import { findMetric, readMetric, type Points, type Span } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { metrics, type MetricRecord, type MetricStatRecord } from "../records.ts";
import { searchLabels } from "./label.ts";
import type { RunRequest } from "./run.ts";
import { parseSearch } from "./search.ts";
import type { TimeSeries } from "./series.ts";
import { ExpressionError } from "./syntax.ts";

/** AWS finds at most so many time series in a search. */
const mostFound = 500;
/** "If the query matches more than 10,000 metrics", the first of them count. */
const mostSelected = 10_000;

export async function readStat(
  tx: Transaction,
  request: RunRequest,
  stat: MetricStatRecord,
): Promise<TimeSeries> {
  const dimensions = stat.dimensions
    .map(({ name, value }): [string, string] => [name, value])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const reference = { namespace: stat.namespace, name: stat.name, dimensions };
  const metric = await findMetric(tx, request.memory.scope, reference);
  const read = metric ? await readRecord(tx, request, metric, stat) : undefined;
  const source = read?.source ?? { ...reference, statistic: stat.statistic };
  return {
    label: stat.name,
    periodMs: stat.periodSeconds * 1000,
    points: read?.points ?? new Map(),
    source,
  };
}

type Measured = Pick<MetricStatRecord, "periodSeconds" | "statistic" | "unit">;

async function readRecord(
  tx: Transaction,
  request: RunRequest,
  metric: MetricRecord,
  { periodSeconds, statistic, unit }: Measured,
): Promise<TimeSeries> {
  const points = await readPoints(tx, request, metric, periodSeconds, unit);
  const { namespace, name, dimensions } = metric;
  const percent = Object.keys(metric.series).every((known) => known === "Percent");
  return {
    label: metric.name,
    periodMs: periodSeconds * 1000,
    points: measure(points, statistic, periodSeconds),
    source: { namespace, name, dimensions, statistic, percent },
  };
}

function readPoints(
  tx: Transaction,
  { memory, nowMs, range, onMetric }: RunRequest,
  metric: MetricRecord,
  periodSeconds: number,
  unit?: string,
): Promise<Points> {
  onMetric?.(metric);
  const span: Span = { ...range, periodMs: periodSeconds * 1000 };
  return readMetric(tx, memory, metric, span, nowMs, unit);
}

function measure(points: Points, name: string, periodSeconds: number): Map<number, number> {
  const statistic = parseStatistic(name)!;
  const values = new Map<number, number>();
  for (const [timeMs, aggregate] of points) {
    const value = statistic(aggregate, periodSeconds);
    if (value !== undefined) values.set(timeMs, value);
  }
  return values;
}

/** "A search expression can find only metrics that have reported data within the past two weeks." */
export async function searchMetrics(
  tx: Transaction,
  request: RunRequest,
  search: { terms: string; statistic: string; periodSeconds: number },
): Promise<TimeSeries[]> {
  if (!parseStatistic(search.statistic))
    throw new ExpressionError(`'${search.statistic}' is not a statistic`);
  const { scope } = request.memory;
  const { namespace, matches } = parseSearch(search.terms, scope.account);
  const listed = await metrics.list(tx, scope, namespace === undefined ? [] : [namespace]);
  const found = listed
    .filter((metric) => metric.lastMs > request.nowMs - listedForMs && matches(metric))
    .slice(0, mostFound);
  const labels = searchLabels(found);
  const series: TimeSeries[] = [];
  for (const [index, metric] of found.entries()) {
    const read = await readRecord(tx, request, metric, search);
    series.push({ ...read, label: labels[index]! });
  }
  return series;
}

export async function selectMetrics(
  tx: Transaction,
  request: RunRequest,
  query: InsightsQuery,
  periodSeconds: number,
): Promise<TimeSeries[]> {
  const { scope } = request.memory;
  const listed = await metrics.list(tx, scope, [query.namespace, query.metricName]);
  const since = request.range.fromMs - listedForMs;
  const found = listed.filter((metric) => metric.lastMs > since && isSelected(query, metric));
  const groups = new Map<string, Group>();
  for (const metric of found.slice(0, mostSelected))
    addToGroup(
      groupOf(groups, query, metric),
      await readPoints(tx, request, metric, periodSeconds),
    );
  return seriesOf(groups.values(), query, periodSeconds * 1000);
}
