/** What a query needs of the other queries. */
import { isInsightsQuery } from "../insights/syntax.ts";
import type { QueryRecord } from "../records.ts";
import { ExpressionError, parseExpression, walk } from "./syntax.ts";

/** What no model is trained over, beside other bands. */
const untrainable = ["ANOMALY_DETECTION_BAND", "METRICS", "SEARCH"];

/** A query of which a band is made, and every query that it refers to. Throws ExpressionError. */
export function dependencies(query: QueryRecord, queries: readonly QueryRecord[]): QueryRecord[] {
  const found = new Set([query]);
  for (const { expression } of found) {
    if (expression === undefined || isInsightsQuery(expression)) continue;
    for (const part of walk(parseExpression(expression))) {
      const named = part.kind === "name" && queries.find(({ id }) => id === part.name);
      if (named) found.add(named);
      if (part.kind === "call" && untrainable.includes(part.name))
        throw new ExpressionError(`ANOMALY_DETECTION_BAND cannot be computed over ${part.name}`);
    }
  }
  return [...found];
}

/** The query that an ANOMALY_DETECTION_BAND expression is computed for. */
export function bandSource(
  expression: string,
  queries: readonly QueryRecord[],
): QueryRecord | undefined {
  for (const part of walk(parseExpression(expression))) {
    if (part.kind !== "call" || part.name !== "ANOMALY_DETECTION_BAND") continue;
    const [of] = part.args;
    return of?.kind === "name" ? queries.find(({ id }) => id === of.name) : undefined;
  }
  return undefined;
}
