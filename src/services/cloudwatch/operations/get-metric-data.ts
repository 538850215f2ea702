import type { MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import { dateOf } from "#runtime/date.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { readRuleMetrics } from "../contributor-insights/read-rule-metrics.ts";
import { invalidNextToken, validationError } from "../errors.ts";
import { mostDatapointsPerGet, mostQueriesPerGet } from "../limits.ts";
import { readQueries } from "../math/query.ts";
import { runQueries, type QueryResult } from "../math/run.ts";
import { memoryOf, type State } from "../metrics/memory.ts";
import { roundedStart } from "../metrics/ranges.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const getMetricData: Operation<"cloudwatch", "GetMetricData", State> = async (
  input,
  context,
) => {
  const queries = readQueries(input.MetricDataQueries ?? [], "MetricDataQueries");
  if (queries.length > mostQueriesPerGet)
    throw validationError(
      `The collection MetricDataQueries must not have a size greater than ${mostQueriesPerGet}.`,
    );
  const timezone = input.LabelOptions?.Timezone;
  if (timezone !== undefined && !/^[+-]\d{4}$/.test(timezone))
    throw validationError(
      `The value ${timezone} for parameter LabelOptions.Timezone is not in the format +/-HHMM.`,
    );
  const nowMs = context.clock.now();
  const offsetMs = clientOffset(context, input.EndTime!.getTime());
  const startMs = input.StartTime!.getTime() + offsetMs;
  const toMs = input.EndTime!.getTime() + offsetMs;
  if (startMs > toMs)
    throw validationError("The parameter EndTime must be greater than StartTime.");
  if (startMs === toMs)
    throw validationError("The parameter StartTime must not equal parameter EndTime.");
  const periods = queries.map(({ stat, periodSeconds }) => stat?.periodSeconds ?? periodSeconds);
  const shortest = Math.min(...periods.map((seconds) => seconds ?? 60), 60);
  const range = { fromMs: roundedStart(startMs, shortest * 1000, nowMs), toMs };
  const ruleMetrics = await readRuleMetrics(context, context, queries, range);
  const results = await context.store.transaction((tx) =>
    runQueries(tx, {
      memory: memoryOf(context.state, context),
      nowMs,
      queries,
      range,
      ruleMetrics,
      ...(timezone !== undefined && { timezone }),
    }),
  );
  const limit = input.MaxDatapoints ?? mostDatapointsPerGet;
  return {
    ...cutPage(results, input.ScanBy === "TimestampAscending", limit, input.NextToken),
    Messages: [],
  };
};

/** A page holds `limit` datapoints of the results in their order; the token says where it ended. */
function cutPage(
  results: readonly QueryResult[],
  ascending: boolean,
  limit: number,
  token: string | undefined,
): { MetricDataResults: MetricDataResult[]; NextToken?: string } {
  const [first, skipped] = startOf(token);
  const page: MetricDataResult[] = [];
  let left = limit;
  for (let index = first; index < results.length; index++) {
    const { id, series } = results[index]!;
    const points = [...series.points].sort((a, b) => (ascending ? a[0] - b[0] : b[0] - a[0]));
    const from = index === first ? skipped : 0;
    const taken = points.slice(from, from + left);
    left -= taken.length;
    const complete = from + taken.length >= points.length;
    page.push({
      Id: id,
      Label: series.label,
      Timestamps: taken.map(([timeMs]) => dateOf(timeMs)),
      Values: taken.map(([, value]) => value),
      StatusCode: complete ? "Complete" : "PartialData",
    });
    if (!complete)
      return {
        MetricDataResults: page,
        NextToken: encodeToken(`${index}:${from + taken.length}`),
      };
  }
  return { MetricDataResults: page };
}

function startOf(token: string | undefined): [result: number, points: number] {
  if (token === undefined) return [0, 0];
  const position = /^(\d+):(\d+)$/.exec(decodeToken(token) ?? "");
  if (!position) throw invalidNextToken();
  return [Number(position[1]), Number(position[2])];
}
