/** Counts what queries want to know of rules. Outside of transactions: the log events are another service's. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { scopes } from "../math/periods.ts";
import type { Range, TimeSeries } from "../math/series.ts";
import { parseExpression, walk } from "../math/syntax.ts";
import { isInsightsQuery } from "../insights/syntax.ts";
import { insightRules, type QueryRecord } from "../records.ts";
import { parseDefinition } from "./definition.ts";
import { observedEvents } from "./observed-events.ts";
import { Report } from "./report.ts";
import { readRuleMetric, ruleMetricKey, valueOf, type RuleMetrics } from "./rule-metric.ts";

/** Whether there is anything to count. */
export function asksRules(queries: readonly QueryRecord[]): boolean {
  return queries.some(({ expression }) => expression?.includes("INSIGHT_RULE_METRIC"));
}

export async function readRuleMetrics(
  env: Pick<Environment, "clients" | "store">,
  scope: Scope,
  queries: readonly QueryRecord[],
  range: Range,
): Promise<RuleMetrics> {
  const found = new Map<string, TimeSeries>();
  const reports = new Map<string, Report>();
  const scopeOf = scopes({ queries, range });
  for (const query of asksRules(queries) ? queries : []) {
    if (query.expression === undefined || isInsightsQuery(query.expression)) continue;
    const { periodMs } = scopeOf(query);
    for (const part of walk(parseExpression(query.expression))) {
      if (part.kind !== "call" || part.name !== "INSIGHT_RULE_METRIC") continue;
      const { rule, metric } = readRuleMetric(part.args);
      const id = JSON.stringify([rule, periodMs]);
      const report = reports.get(id) ?? (await count(env, scope, rule, range, periodMs));
      reports.set(id, report);
      const points = new Map(
        report.periods().map((period) => [period.startMs, valueOf(metric, period)]),
      );
      const label = `${rule} ${metric}`;
      found.set(ruleMetricKey(part.args, periodMs), { label, periodMs, points });
    }
  }
  return found;
}

/** A rule that does not exist has seen nothing. */
async function count(
  env: Pick<Environment, "clients" | "store">,
  scope: Scope,
  name: string,
  range: Range,
  periodMs: number,
): Promise<Report> {
  const report = new Report(periodMs, range.fromMs);
  const rule = await env.store.transaction((tx) => insightRules.get(tx, scope, name));
  if (!rule) return report;
  const definition = parseDefinition(rule.definition, scope.account);
  for await (const event of observedEvents(env, scope, rule, definition, range))
    report.add(event.observation, event.timeMs);
  return report;
}
