/** The label of a metric when none was given: its name, and what tells it from its neighbours. */
import type { MetricRecord, MetricStatRecord, QueryRecord } from "../records.ts";

export function labelOf(query: QueryRecord, queries: readonly QueryRecord[]): string {
  const stat = query.stat!;
  const others = queries.flatMap((other) =>
    other.stat && other.id !== query.id && other.stat.name === stat.name ? [other.stat] : [],
  );
  if (others.length === 0) return stat.name;
  const differing = stat.dimensions.filter(({ name, value }) =>
    others.some((other) => dimensionOf(other, name) !== value),
  );
  const parts = [
    ...(others.some(({ namespace }) => namespace !== stat.namespace) ? [stat.namespace] : []),
    ...differing.map(({ value }) => value),
    stat.name,
    ...(others.some(({ statistic }) => statistic !== stat.statistic) ? [stat.statistic] : []),
  ];
  return parts.join(" ");
}

function dimensionOf({ dimensions }: MetricStatRecord, name: string): string | undefined {
  return dimensions.find((dimension) => dimension.name === name)?.value;
}

/** What tells the metrics that a search found from each other; their name when nothing does. */
export function searchLabels(found: readonly MetricRecord[]): string[] {
  const differs = (of: (metric: MetricRecord) => string) => new Set(found.map(of)).size > 1;
  const names = new Set(found.flatMap(({ dimensions }) => dimensions.map(([name]) => name)));
  const valueOf = ({ dimensions }: MetricRecord, name: string) =>
    dimensions.find(([key]) => key === name)?.[1] ?? "";
  const telling = [...names].filter((name) => differs((metric) => valueOf(metric, name)));
  const withNamespace = differs(({ namespace }) => namespace);
  const withName = telling.length === 0 || differs(({ name }) => name);
  return found.map((metric) =>
    [
      ...(withNamespace ? [metric.namespace] : []),
      ...telling.map((name) => valueOf(metric, name)).filter((value) => value !== ""),
      ...(withName ? [metric.name] : []),
    ].join(" "),
  );
}
