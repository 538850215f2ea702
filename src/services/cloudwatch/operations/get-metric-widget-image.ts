import type { Operation } from "#services/kit/service.ts";
import { readRuleMetrics } from "../contributor-insights/read-rule-metrics.ts";
import { validationError } from "../errors.ts";
import { readQueries } from "../math/query.ts";
import { runQueries } from "../math/run.ts";
import { memoryOf, type State } from "../metrics/memory.ts";
import { roundedStart } from "../metrics/ranges.ts";
import { drawGraph } from "../widgets/graph.ts";
import { encodePng } from "../widgets/png.ts";
import { readWidget } from "../widgets/widget.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricWidgetImage.html */
export const getMetricWidgetImage: Operation<"cloudwatch", "GetMetricWidgetImage", State> = async (
  input,
  context,
) => {
  if (input.OutputFormat !== undefined && input.OutputFormat !== "png")
    throw validationError(
      `The value ${input.OutputFormat} for parameter OutputFormat is not supported: Fogbank answers png.`,
    );
  const nowMs = context.clock.now();
  const widget = readWidget(input.MetricWidget!, nowMs);
  const queries = readQueries(widget.queries, "metrics");
  const periods = queries.map(({ stat, periodSeconds }) => stat?.periodSeconds ?? periodSeconds);
  const shortest = Math.min(...periods.map((seconds) => seconds ?? 60), 60);
  const fromMs = roundedStart(widget.fromMs, shortest * 1000, nowMs);
  const range = { fromMs, toMs: widget.toMs };
  const ruleMetrics = await readRuleMetrics(context, context, queries, range);
  const results = await context.store.transaction((tx) =>
    runQueries(tx, {
      memory: memoryOf(context.state, context),
      nowMs,
      queries,
      range,
      ruleMetrics,
    }),
  );
  const lines = new Map(widget.lines.map((line) => [line.id, line]));
  const drawn = results.map(({ id, series }) => {
    const { color, right = false } = lines.get(id) ?? {};
    return { series, color, right };
  });
  return { MetricWidgetImage: encodePng(drawGraph(widget, drawn)) };
};
