/** Answers queries: reads the metrics that they name, searches, and computes. */
import type { Transaction } from "#store/store.ts";
import { listedForMs } from "../limits.ts";
import { metrics, type MetricRecord, type MetricStatRecord, type QueryRecord } from "../records.ts";
import type { ScopeMemory } from "../metrics/memory.ts";
import { findMetric, readMetric, type Points, type Span } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { createEvaluator, toSeries } from "./evaluate.ts";
import { labelOf } from "./label.ts";
import { expressionError } from "./query.ts";
import { parseSearch } from "./search.ts";
import type { Range, TimeSeries } from "./series.ts";
import { ExpressionError, parseExpression, walk, type Expression } from "./syntax.ts";

export interface QueryResult {
  id: string;
  series: TimeSeries;
}

export interface RunRequest {
  memory: ScopeMemory;
  nowMs: number;
  queries: readonly QueryRecord[];
  /** The range as asked for; periods are counted from its start. */
  range: Range;
  /** Called for every stored metric that is read. */
  onMetric?: (metric: MetricRecord) => void;
}

/** AWS finds at most so many time series in a search. */
const mostFound = 500;

export async function runQueries(tx: Transaction, request: RunRequest): Promise<QueryResult[]> {
  const { queries, range } = request;
  const series = new Map<string, TimeSeries>();
  const expressions = new Map<string, Expression>();
  const searches = new Map<Expression, TimeSeries[]>();
  for (const query of queries) {
    if (query.stat)
      series.set(query.id, {
        ...(await readStat(tx, request, query.stat)),
        label: query.label ?? labelOf(query, queries),
      });
    if (query.expression === undefined) continue;
    const parsed = parseExpression(query.expression);
    expressions.set(query.id, parsed);
    for (const part of walk(parsed))
      if (part.kind === "call" && part.name === "SEARCH") {
        const found = await catching(query.id, () => search(tx, request, query, part.args));
        searches.set(part, found);
      }
  }
  const periods = queries.flatMap(({ stat }) => (stat ? [stat.periodSeconds] : []));
  const defaultMs = (periods.length > 0 ? Math.min(...periods) : 60) * 1000;
  const scopeOf = (query: QueryRecord) => ({
    range,
    periodMs: query.periodSeconds === undefined ? defaultMs : query.periodSeconds * 1000,
  });
  const results: QueryResult[] = [];
  for (const query of queries) {
    if (!query.returnData) continue;
    const scope = scopeOf(query);
    const found = await catching(query.id, async () =>
      toSeries(createEvaluator({ series, expressions, searches }, scope).valueOf(query.id), scope),
    );
    for (const one of found) results.push({ id: query.id, series: labelled(one, query, found) });
  }
  return results;
}

function labelled(one: TimeSeries, query: QueryRecord, all: readonly TimeSeries[]): TimeSeries {
  if (query.expression === undefined) return one;
  if (all.length > 1)
    return { ...one, label: query.label ? `${query.label} ${one.label}` : one.label };
  return { ...one, label: query.label ?? query.id };
}

async function catching<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw expressionError(id, error);
  }
}

async function readStat(
  tx: Transaction,
  request: RunRequest,
  stat: MetricStatRecord,
): Promise<TimeSeries> {
  const dimensions = stat.dimensions
    .map(({ name, value }): [string, string] => [name, value])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const reference = { namespace: stat.namespace, name: stat.name, dimensions };
  const metric = await findMetric(tx, request.memory.scope, reference);
  return readRecord(tx, request, metric, stat);
}

async function readRecord(
  tx: Transaction,
  { memory, nowMs, range, onMetric }: RunRequest,
  metric: MetricRecord | undefined,
  {
    periodSeconds,
    statistic,
    unit,
  }: Pick<MetricStatRecord, "periodSeconds" | "statistic" | "unit">,
): Promise<TimeSeries> {
  const span: Span = { ...range, periodMs: periodSeconds * 1000 };
  if (!metric) return { label: "", periodMs: span.periodMs, points: new Map() };
  onMetric?.(metric);
  const points = await readMetric(tx, memory, metric, span, nowMs, unit);
  return {
    label: metric.name,
    periodMs: span.periodMs,
    points: measure(points, statistic, periodSeconds),
  };
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

async function search(
  tx: Transaction,
  request: RunRequest,
  query: QueryRecord,
  args: readonly Expression[],
): Promise<TimeSeries[]> {
  const [terms, stat, period] = args;
  if (terms?.kind !== "text" || stat?.kind !== "text" || !parseStatistic(stat.value))
    throw new ExpressionError("SEARCH takes a search, a statistic and a period");
  const periodSeconds = period?.kind === "number" ? period.value : (query.periodSeconds ?? 300);
  const { namespace, matches } = parseSearch(terms.value);
  const { scope } = request.memory;
  const listed = await metrics.list(tx, scope, namespace === undefined ? [] : [namespace]);
  const found = listed.filter(
    (metric) => metric.lastMs > request.nowMs - listedForMs && matches(metric),
  );
  const series: TimeSeries[] = [];
  for (const metric of found.slice(0, mostFound)) {
    const read = await readRecord(tx, request, metric, { periodSeconds, statistic: stat.value });
    const values = metric.dimensions.map(([, value]) => value);
    series.push({ ...read, label: [...values, metric.name].join(" ") });
  }
  return series;
}
