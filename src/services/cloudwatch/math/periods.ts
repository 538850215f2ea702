import type { QueryRecord } from "../records.ts";
import type { Scope } from "./functions.ts";
import type { Range } from "./series.ts";

/** Where scalars become series, they do in the period of the query, or the shortest of the metrics. */
export function scopes({
  queries,
  range,
}: {
  queries: readonly QueryRecord[];
  range: Range;
}): (query: QueryRecord) => Scope {
  const periods = queries.flatMap(({ stat }) => (stat ? [stat.periodSeconds] : []));
  const defaultMs = (periods.length > 0 ? Math.min(...periods) : 60) * 1000;
  return ({ periodSeconds }) => ({
    range,
    periodMs: periodSeconds === undefined ? defaultMs : periodSeconds * 1000,
  });
}
