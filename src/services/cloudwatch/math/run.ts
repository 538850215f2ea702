/** Answers queries: reads the metrics that they name, searches, and computes. */
import type { Transaction } from "#store/store.ts";
import type { MetricRecord, QueryRecord } from "../records.ts";
import type { ScopeMemory } from "../metrics/memory.ts";
import { bandAt } from "../anomaly/model.ts";
import { modelFor } from "../anomaly/detector.ts";
import { isInsightsQuery, parseInsights } from "../insights/syntax.ts";
import { dependencies } from "./dependencies.ts";
import { fillLabel, isDynamic } from "./dynamic-label.ts";
import { createEvaluator, toSeries, type MathInput } from "./evaluate.ts";
import type { Scope } from "./functions.ts";
import { ruleMetricKey, type RuleMetrics } from "../contributor-insights/rule-metric.ts";
import { labelOf } from "./label.ts";
import { scopes } from "./periods.ts";
import { expressionError } from "./query.ts";
import { readStat, searchMetrics, selectMetrics } from "./sources.ts";
import type { MathValue, Range, TimeSeries } from "./series.ts";
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
  /** What the queries want to know of rules of Contributor Insights; read beforehand, from another service. */
  ruleMetrics?: RuleMetrics;
  /** For times in labels: "+0130". UTC unless given. */
  timezone?: string;
}

/** The width of a band when ANOMALY_DETECTION_BAND names none, in standard deviations. */
const defaultBandWidth = 2;

export async function runQueries(tx: Transaction, request: RunRequest): Promise<QueryResult[]> {
  const { queries } = request;
  const scopeOf = scopes(request);
  const input: MathInput = {
    series: new Map(),
    expressions: new Map(),
    called: new Map(),
    selected: new Map(),
  };
  for (const query of queries)
    await catching(query.id, () => prepare(tx, request, query, scopeOf(query), input));
  const results: QueryResult[] = [];
  for (const query of queries) {
    if (!query.returnData) continue;
    const scope = scopeOf(query);
    const found = await catching(query.id, async () =>
      toSeries(createEvaluator(input, scope).valueOf(query.id), scope),
    );
    for (const one of found)
      results.push({ id: query.id, series: labelled(one, query, found, request) });
  }
  return results;
}

/** Reads what a query needs of the store. */
async function prepare(
  tx: Transaction,
  request: RunRequest,
  query: QueryRecord,
  { periodMs }: Scope,
  input: MathInput,
): Promise<void> {
  if (query.stat) {
    const read = await readStat(tx, request, query.stat);
    input.series.set(query.id, { ...read, label: labelOf(query, request.queries) });
  }
  if (query.expression === undefined) return;
  if (isInsightsQuery(query.expression)) {
    const select = parseInsights(query.expression);
    const found = await selectMetrics(tx, request, select, query.periodSeconds ?? periodMs / 1000);
    input.selected.set(query.id, select.groupBy.length > 0 ? found : (found[0] ?? empty(periodMs)));
    return;
  }
  const parsed = parseExpression(query.expression);
  input.expressions.set(query.id, parsed);
  for (const part of walk(parsed)) {
    if (part.kind !== "call") continue;
    if (part.name === "SEARCH") input.called.set(part, await search(tx, request, query, part.args));
    if (part.name === "ANOMALY_DETECTION_BAND")
      input.called.set(part, await band(tx, request, part.args));
    if (part.name === "INSIGHT_RULE_METRIC") {
      const found = request.ruleMetrics?.get(ruleMetricKey(part.args, periodMs));
      input.called.set(part, found ?? empty(periodMs));
    }
  }
}

function empty(periodMs: number): TimeSeries {
  return { label: "", periodMs, points: new Map() };
}

function search(
  tx: Transaction,
  request: RunRequest,
  query: QueryRecord,
  [terms, stat, period]: readonly Expression[],
): Promise<TimeSeries[]> {
  if (terms?.kind !== "text" || stat?.kind !== "text")
    throw new ExpressionError("SEARCH takes a search, a statistic and a period");
  return searchMetrics(tx, request, {
    terms: terms.value,
    statistic: stat.value,
    periodSeconds: period?.kind === "number" ? period.value : (query.periodSeconds ?? 300),
  });
}

/** The upper edge of what is normal, then the lower one. */
async function band(
  tx: Transaction,
  request: RunRequest,
  [of, width]: readonly Expression[],
): Promise<MathValue> {
  const query = of?.kind === "name" && request.queries.find(({ id }) => id === of.name);
  if (!query || (width && width.kind !== "number"))
    throw new ExpressionError("ANOMALY_DETECTION_BAND takes the id of a metric and a number");
  const needed = dependencies(query, request.queries);
  const { periodMs } = scopes({ ...request, queries: needed })(query);
  const past = needed.map((one) => ({ ...one, returnData: one.id === query.id }));
  const model = await modelFor(tx, {
    memory: request.memory,
    nowMs: request.nowMs,
    query,
    queries: needed,
    read: async (range) => {
      const { memory, nowMs } = request;
      const [result] = await runQueries(tx, { memory, nowMs, queries: past, range });
      return result?.series ?? empty(periodMs);
    },
  });
  const stepMs = query.stat ? query.stat.periodSeconds * 1000 : periodMs;
  const edges: [upper: TimeSeries, lower: TimeSeries] = [empty(stepMs), empty(stepMs)];
  edges[0].label = "High";
  edges[1].label = "Low";
  if (!model) return edges;
  for (let timeMs = request.range.fromMs; timeMs < request.range.toMs; timeMs += stepMs) {
    const { lower, upper } = bandAt(model, timeMs, width?.value ?? defaultBandWidth);
    edges[0].points.set(timeMs, upper);
    edges[1].points.set(timeMs, lower);
  }
  return edges;
}

function labelled(
  one: TimeSeries,
  query: QueryRecord,
  all: readonly TimeSeries[],
  { memory, nowMs, timezone = "+0000" }: RunRequest,
): TimeSeries {
  const { label } = query;
  if (label !== undefined && isDynamic(label)) {
    const { account, region } = memory.scope;
    return { ...one, label: fillLabel(label, one, { nowMs, account, region, timezone }) };
  }
  if (query.expression === undefined) return { ...one, label: label ?? one.label };
  if (all.length > 1 || one.group)
    return { ...one, label: label ? `${label} ${one.label}` : one.label };
  return { ...one, label: label ?? query.id };
}

async function catching<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw expressionError(id, error);
  }
}
