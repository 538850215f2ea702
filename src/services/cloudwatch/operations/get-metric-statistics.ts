import type { Datapoint, StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import { mostDatapointsPerStatistics } from "../limits.ts";
import { isPeriod } from "../math/query.ts";
import { roundedStart } from "../metrics/ranges.ts";
import type { Aggregate } from "../metrics/aggregate.ts";
import { dimensionPairs } from "../metrics/identity.ts";
import { memoryOf, type State } from "../metrics/memory.ts";
import { findMetric, readMetric } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export const getMetricStatistics: Operation<"cloudwatch", "GetMetricStatistics", State> = async (
  input,
  context,
) => {
  const { Namespace = "", MetricName = "", Period = 0, Unit } = input;
  const names = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (names.length === 0)
    throw invalidCombination("Must specify either Statistics or ExtendedStatistics");
  for (const name of input.ExtendedStatistics ?? [])
    if (!parseStatistic(name))
      throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
  if (!isPeriod(Period))
    throw invalidValue(
      Period > 60
        ? "The parameter Period must be a multiple of 60."
        : `The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.`,
    );
  const nowMs = context.clock.now();
  const offsetMs = clientOffset(context, input.EndTime!.getTime());
  const startMs = input.StartTime!.getTime() + offsetMs;
  const toMs = input.EndTime!.getTime() + offsetMs;
  if (startMs >= toMs)
    throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
  const periodMs = Period * 1000;
  const fromMs = roundedStart(startMs, periodMs, nowMs);
  const asked = Math.ceil((toMs - fromMs) / periodMs);
  if (asked > mostDatapointsPerStatistics)
    throw invalidCombination(
      `You have requested up to ${asked.toLocaleString("en-US")} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  const reference = {
    namespace: Namespace,
    name: MetricName,
    dimensions: dimensionPairs(input.Dimensions),
  };
  const datapoints = await context.store.transaction(async (tx) => {
    const memory = memoryOf(context.state, context);
    const metric = await findMetric(tx, memory.scope, reference);
    const found: Datapoint[] = [];
    // Values of different units are different streams; each datapoint says which it belongs to.
    for (const unit of Unit === undefined ? Object.keys(metric?.series ?? {}) : [Unit]) {
      if (metric?.series[unit] === undefined) continue;
      const span = { fromMs, toMs, periodMs };
      const points = await readMetric(tx, memory, metric, span, nowMs, unit);
      for (const [timeMs, aggregate] of points)
        found.push(datapointOf(timeMs, aggregate, names, unit as StandardUnit, Period));
    }
    return found;
  });
  return { Label: MetricName, Datapoints: datapoints };
};

function datapointOf(
  timeMs: number,
  aggregate: Aggregate,
  names: readonly string[],
  unit: StandardUnit,
  periodSeconds: number,
): Datapoint {
  const datapoint: Datapoint = { Timestamp: dateOf(timeMs), Unit: unit };
  for (const name of names) {
    const value = parseStatistic(name)!(aggregate, periodSeconds);
    if (value === undefined) continue;
    if (["SampleCount", "Average", "Sum", "Minimum", "Maximum"].includes(name))
      Object.assign(datapoint, { [name]: value });
    else (datapoint.ExtendedStatistics ??= {})[name] = value;
  }
  return datapoint;
}
