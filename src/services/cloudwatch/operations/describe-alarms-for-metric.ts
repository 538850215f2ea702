import type { Operation } from "#services/kit/service.ts";
import { toMetricAlarm } from "../alarms/describe.ts";
import { dimensionPairs, dimensionsText } from "../metrics/identity.ts";
import type { State } from "../metrics/memory.ts";
import { alarms, type MetricStatRecord } from "../records.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html */
export const describeAlarmsForMetric: Operation<
  "cloudwatch",
  "DescribeAlarmsForMetric",
  State
> = async (input, context) => {
  const wanted = dimensionsText(dimensionPairs(input.Dimensions));
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  const matches = (stat: MetricStatRecord) =>
    stat.namespace === input.Namespace &&
    stat.name === input.MetricName &&
    textOf(stat) === wanted &&
    (statistic === undefined || stat.statistic === statistic) &&
    (input.Period === undefined || stat.periodSeconds === input.Period) &&
    (input.Unit === undefined || stat.unit === input.Unit);
  const all = await context.store.transaction((tx) => alarms.list(tx, context));
  const found = all.flatMap((alarm) => {
    if (alarm.type !== "metric") return [];
    const stats = [alarm.metric, ...(alarm.queries ?? []).map(({ stat }) => stat)];
    return stats.some((stat) => stat && matches(stat)) ? [toMetricAlarm(alarm, context)] : [];
  });
  return { MetricAlarms: found };
};

function textOf({ dimensions }: MetricStatRecord): string {
  return dimensionsText(
    dimensionPairs(dimensions.map(({ name, value }) => ({ Name: name, Value: value }))),
  );
}
