/**
 * INSIGHT_RULE_METRIC('rule', 'metric') of metric math.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-GraphReportData.html
 */
import type { TimeSeries } from "../math/series.ts";
import { ExpressionError, type Expression } from "../math/syntax.ts";
import type { Period } from "./report.ts";

/** By `ruleMetricKey`. */
export type RuleMetrics = ReadonlyMap<string, TimeSeries>;

const values = {
  UniqueContributors: ({ contributors }: Period) => contributors,
  MaxContributorValue: ({ greatest }: Period) => greatest,
  SampleCount: ({ all }: Period) => all.samples,
  Sum: ({ all }: Period) => all.sum,
  Minimum: ({ all }: Period) => all.minimum,
  Maximum: ({ all }: Period) => all.maximum,
  Average: ({ all }: Period) => all.sum / all.samples,
};

export type RuleMetricName = keyof typeof values;
export const ruleMetricNames = Object.keys(values) as RuleMetricName[];

export function valueOf(metric: RuleMetricName, period: Period): number {
  return values[metric](period);
}

/** Throws ExpressionError. */
export function readRuleMetric([rule, metric, ...more]: readonly Expression[]): {
  rule: string;
  metric: RuleMetricName;
} {
  const name = metric?.kind === "text" && ruleMetricNames.find((one) => one === metric.value);
  if (rule?.kind !== "text" || !name || more.length > 0)
    throw new ExpressionError(
      `INSIGHT_RULE_METRIC takes the name of a rule and one of ${ruleMetricNames.join(", ")}`,
    );
  return { rule: rule.value, metric: name };
}

export function ruleMetricKey(args: readonly Expression[], periodMs: number): string {
  return JSON.stringify([readRuleMetric(args), periodMs]);
}
