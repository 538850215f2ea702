import type { InsightRuleMetricDatapoint } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { dateOf } from "#runtime/date.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { parseDefinition } from "../contributor-insights/definition.ts";
import { observedEvents } from "../contributor-insights/observed-events.ts";
import { measureOf, Report } from "../contributor-insights/report.ts";
import {
  ruleMetricNames,
  valueOf,
  type RuleMetricName,
} from "../contributor-insights/rule-metric.ts";
import { invalidValue, resourceNotFound } from "../errors.ts";
import { contributorsPerReport, mostContributorsPerReport } from "../limits.ts";
import type { State } from "../metrics/memory.ts";
import { insightRules } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetInsightRuleReport.html */
export const getInsightRuleReport: Operation<"cloudwatch", "GetInsightRuleReport", State> = async (
  input,
  context,
) => {
  const { name, periodMs, most, by, wanted } = checked(input);
  const rule = await context.store.transaction((tx) => insightRules.get(tx, context, name));
  if (!rule) throw resourceNotFound("insight-rule", name);
  const definition = parseDefinition(rule.definition, context.account);
  const offsetMs = clientOffset(context, input.EndTime!.getTime());
  const range = {
    fromMs: input.StartTime!.getTime() + offsetMs,
    toMs: input.EndTime!.getTime() + offsetMs,
  };
  const report = new Report(periodMs);
  for await (const event of observedEvents(context, context, rule, definition, range))
    report.add(event.observation, event.timeMs);
  const ranked = report.ranked(by);
  return {
    KeyLabels: [...definition.keys],
    AggregationStatistic: definition.summed === undefined ? "COUNT" : "SUM",
    AggregateValue: ranked.reduce((sum, { total }) => sum + total.sum, 0),
    ApproximateUniqueCount: ranked.length,
    Contributors: ranked.slice(0, most).map((contributor) => ({
      Keys: contributor.keys,
      ApproximateAggregateValue: measureOf(contributor, by),
      Datapoints: [...contributor.points]
        .sort(([a], [b]) => a - b)
        .map(([startMs, { sum }]) => ({ Timestamp: dateOf(startMs), ApproximateValue: sum })),
    })),
    MetricDatapoints: wanted.length === 0 ? [] : metricDatapoints(report, wanted),
  };
};

function checked(input: Input<"cloudwatch", "GetInsightRuleReport">) {
  const { RuleName: name = "", Period = 0, OrderBy: by = "Sum", MaxContributorCount } = input;
  if (input.StartTime!.getTime() >= input.EndTime!.getTime())
    throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
  if (Period % 60 !== 0)
    throw invalidValue("The value for parameter Period must be a multiple of 60.");
  if (by !== "Sum" && by !== "Maximum")
    throw invalidValue("The value for parameter OrderBy must be Sum or Maximum.");
  const most = MaxContributorCount ?? contributorsPerReport;
  if (most < 1 || most > mostContributorsPerReport)
    throw invalidValue(
      `The value for parameter MaxContributorCount must be from 1 to ${mostContributorsPerReport}.`,
    );
  const wanted = (input.Metrics ?? []).map((metric) => {
    const known = ruleMetricNames.find((one) => one === metric);
    if (!known) throw invalidValue(`The value ${metric} for parameter Metrics is invalid.`);
    return known;
  });
  return { name, periodMs: Period * 1000, most, by, wanted } as const;
}

function metricDatapoints(
  report: Report,
  wanted: readonly RuleMetricName[],
): InsightRuleMetricDatapoint[] {
  return report.periods().map((period) => ({
    Timestamp: dateOf(period.startMs),
    ...Object.fromEntries(wanted.map((metric) => [metric, valueOf(metric, period)])),
  }));
}
