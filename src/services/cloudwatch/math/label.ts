/** The label of a metric when none was given: its name, and what tells it from its neighbours. */
import type { MetricStatRecord, QueryRecord } from "../records.ts";

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
