import type { Metric } from "@aws-sdk/client-cloudwatch";
import type { Key } from "#store/store.ts";
import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import { invalidNextToken } from "../errors.ts";
import { listedForMs, metricsPerPage, recentlyActiveMs } from "../limits.ts";
import { toAwsDimensions } from "../metrics/identity.ts";
import type { State } from "../metrics/memory.ts";
import { metrics, type MetricRecord } from "../records.ts";

/** So many records are looked at in one step. */
const stepSize = 1000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export const listMetrics: Operation<"cloudwatch", "ListMetrics", State> = async (
  input,
  context,
) => {
  const { Namespace, MetricName, Dimensions = [], NextToken } = input;
  const listedMs = input.RecentlyActive === "PT3H" ? recentlyActiveMs : listedForMs;
  const sinceMs = context.clock.now() - listedMs;
  const wanted = (metric: MetricRecord) =>
    metric.lastMs > sinceMs &&
    (MetricName === undefined || metric.name === MetricName) &&
    Dimensions.every(({ Name, Value }) =>
      metric.dimensions.some(
        ([name, value]) => name === Name && (Value === undefined || value === Value),
      ),
    );
  const prefix: Key = [
    ...(Namespace === undefined ? [] : [Namespace]),
    ...(Namespace !== undefined && MetricName !== undefined ? [MetricName] : []),
  ];
  const found: { id: Key; metric: Metric }[] = [];
  await context.store.transaction(async (tx) => {
    let after = NextToken === undefined ? undefined : metrics.key(context, ...idOf(NextToken));
    for (;;) {
      const options = { limit: stepSize, ...(after && { after }) };
      const step = await metrics.entries(tx, context, prefix, options);
      for (const { id, record } of step) {
        if (!wanted(record)) continue;
        const { namespace, name, dimensions } = record;
        const metric = {
          Namespace: namespace,
          MetricName: name,
          Dimensions: toAwsDimensions(dimensions),
        };
        found.push({ id, metric });
        if (found.length > metricsPerPage) return;
      }
      const last = step.at(-1);
      if (!last || step.length < stepSize) return;
      after = metrics.key(context, ...last.id);
    }
  });
  const page = found.slice(0, metricsPerPage);
  const more = found.length > metricsPerPage;
  return {
    Metrics: page.map(({ metric }) => metric),
    ...(more && { NextToken: encodeToken(JSON.stringify(page.at(-1)!.id)) }),
  };
};

function idOf(token: string): Key {
  const id = parse(decodeToken(token));
  if (!Array.isArray(id) || !id.every((part) => typeof part === "string")) throw invalidNextToken();
  return id;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    // Another list's token, or none that was ever given out.
    return undefined;
  }
}
