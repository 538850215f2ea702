/** Which metrics a Metrics Insights query takes, and what it makes of their values. Pure. */
import { mergeAggregate, emptyAggregate, type Aggregate } from "../metrics/aggregate.ts";
import type { TimeSeries } from "../math/series.ts";
import type { MetricRecord } from "../records.ts";
import type { InsightsFunction, InsightsQuery } from "./syntax.ts";

/** The value of metrics that lack the dimension that a query groups by. */
const other = "Other";

export function isSelected(query: InsightsQuery, metric: MetricRecord): boolean {
  const { schema } = query;
  const names = metric.dimensions.map(([name]) => name);
  if (schema && !(names.length === schema.length && schema.every((name) => names.includes(name))))
    return false;
  return query.where.every(
    ({ key, equal, value }) => (dimensionOf(metric, key) === value) === equal,
  );
}

function dimensionOf({ dimensions }: MetricRecord, key: string): string | undefined {
  return dimensions.find(([name]) => name === key)?.[1];
}

/** Values of the metrics of one group, gathered metric by metric. */
export interface Group {
  values: string[];
  points: Map<number, Aggregate>;
}

export function groupOf(
  groups: Map<string, Group>,
  query: InsightsQuery,
  metric: MetricRecord,
): Group {
  const values = query.groupBy.map((key) => dimensionOf(metric, key) ?? other);
  const name = values.join("\u0000");
  let group = groups.get(name);
  if (!group) groups.set(name, (group = { values, points: new Map() }));
  return group;
}

export function addToGroup(group: Group, points: ReadonlyMap<number, Aggregate>): void {
  for (const [timeMs, aggregate] of points) {
    let into = group.points.get(timeMs);
    if (!into) group.points.set(timeMs, (into = emptyAggregate()));
    mergeAggregate(into, aggregate);
  }
}

const measures: Record<InsightsFunction, (aggregate: Aggregate) => number> = {
  AVG: ({ sum, count }) => sum / count,
  COUNT: ({ count }) => count,
  MAX: ({ max }) => max,
  MIN: ({ min }) => min,
  SUM: ({ sum }) => sum,
};

/** The groups as series, in the order asked for. */
export function seriesOf(
  groups: Iterable<Group>,
  query: InsightsQuery,
  periodMs: number,
): TimeSeries[] {
  const measure = measures[query.select];
  const found = [...groups].map((group) => {
    const points = new Map<number, number>();
    for (const [timeMs, aggregate] of group.points)
      if (aggregate.count > 0) points.set(timeMs, measure(aggregate));
    const pairs = query.groupBy.map((key, index) => [key, group.values[index]!]);
    const label = group.values.length > 0 ? group.values.join(" ") : query.metricName;
    return { label, periodMs, points, group: Object.fromEntries(pairs) as Record<string, string> };
  });
  const byName = (a: TimeSeries, b: TimeSeries) =>
    a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
  const { orderBy } = query;
  if (!orderBy) return found.sort(byName).slice(0, query.limit);
  const rank = ranks[orderBy.by];
  const ranked = found.map((series) => ({ series, value: rank([...series.points.values()]) }));
  ranked.sort(
    (a, b) =>
      (orderBy.descending ? b.value - a.value : a.value - b.value) || byName(a.series, b.series),
  );
  return ranked.slice(0, query.limit).map(({ series }) => series);
}

const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

const ranks: Record<InsightsFunction, (values: number[]) => number> = {
  AVG: (values) => total(values) / Math.max(1, values.length),
  COUNT: (values) => values.length,
  MAX: (values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  MIN: (values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  SUM: total,
};
