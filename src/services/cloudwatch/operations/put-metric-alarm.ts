import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { checkActions } from "../alarms/actions.ts";
import { putAlarm } from "../alarms/store.ts";
import { instanceOf } from "../alarms/transition.ts";
import { invalidCombination, invalidValue, missingParameter, validationError } from "../errors.ts";
import { mostTags } from "../limits.ts";
import { ensureDetector } from "../anomaly/detector.ts";
import { isInsightsQuery, parseInsights } from "../insights/syntax.ts";
import { bandSource } from "../math/dependencies.ts";
import { readQueries } from "../math/query.ts";
import type { State } from "../metrics/memory.ts";
import { dimensionPairs } from "../metrics/identity.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import type { Comparison, MetricStatRecord, QueryRecord, TreatMissingData } from "../records.ts";

type AwsInput = Input<"cloudwatch", "PutMetricAlarm">;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export const putMetricAlarm: Operation<"cloudwatch", "PutMetricAlarm", State> = async (
  input,
  context,
) => {
  const { metric, queries } = watched(input);
  const evaluationPeriods = input.EvaluationPeriods!;
  const comparison = checkedComparison(input, queries);
  checkRule(input, metric, queries);
  const actions = {
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
  };
  checkActions(Object.values(actions).flat(), {
    region: context.region,
    instance: actsOnInstances(metric, queries),
    composite: false,
  });
  const transitionContext = { random: context.random, scope: context, nowMs: context.clock.now() };
  await context.store.transaction(async (tx) => {
    const band = queries?.find(({ id }) => id === input.ThresholdMetricId)?.expression;
    const source = band === undefined ? undefined : bandSource(band, queries!);
    if (source) await ensureDetector(tx, context, source, queries!, transitionContext.nowMs);
    await putAlarm(
      tx,
      transitionContext,
      {
        type: "metric",
        name: input.AlarmName!,
        ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
        actionsEnabled: input.ActionsEnabled ?? true,
        ...actions,
        ...(metric && { metric, extended: input.ExtendedStatistic !== undefined }),
        ...(queries && { queries }),
        evaluationPeriods,
        ...(input.DatapointsToAlarm !== undefined && {
          datapointsToAlarm: input.DatapointsToAlarm,
        }),
        ...(input.Threshold !== undefined && { threshold: input.Threshold }),
        ...(input.ThresholdMetricId !== undefined && { thresholdId: input.ThresholdMetricId }),
        comparison,
        ...(input.TreatMissingData !== undefined && {
          treatMissingData: input.TreatMissingData as TreatMissingData,
        }),
        ...(input.EvaluateLowSampleCountPercentile !== undefined && {
          evaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile as "ignore",
        }),
      },
      input.Tags,
    );
  });
  return {};
};

/** EC2 actions need the dimension InstanceId, or a time series for each instance. */
function actsOnInstances(
  metric: MetricStatRecord | undefined,
  queries: readonly QueryRecord[] = [],
): boolean {
  if (metric) return instanceOf(metric.dimensions) !== undefined;
  return queries.some(
    ({ expression = "", returnData }) =>
      returnData &&
      isInsightsQuery(expression) &&
      parseInsights(expression).groupBy.includes("InstanceId"),
  );
}

function watched(input: AwsInput): { metric?: MetricStatRecord; queries?: QueryRecord[] } {
  if (input.EvaluationCriteria || input.EvaluationInterval !== undefined)
    throw validationError("Fogbank does not offer alarms with EvaluationCriteria (PromQL).");
  if (!input.Metrics?.length) {
    if (input.MetricName === undefined)
      throw missingParameter("Exactly one of MetricName and Metrics must be specified.");
    return { metric: oneMetric(input) };
  }
  const excluded = [
    "MetricName",
    "Namespace",
    "Dimensions",
    "Period",
    "Unit",
    "Statistic",
    "ExtendedStatistic",
  ] as const;
  for (const name of excluded)
    if (input[name] !== undefined && !(Array.isArray(input[name]) && input[name].length === 0))
      throw validationError(`${name} should not be set if list of Metrics is set.`);
  const queries = readQueries(input.Metrics, "Metrics");
  const watches = queries.filter(
    ({ id, returnData }) => returnData && id !== input.ThresholdMetricId,
  );
  if (watches.length !== 1)
    throw validationError("Exactly one element of the metrics list should return data.");
  return { queries };
}

function oneMetric(input: AwsInput): MetricStatRecord {
  const { Statistic, ExtendedStatistic, Period } = input;
  if (input.Namespace === undefined) throw missingParameter("The parameter Namespace is required.");
  if (Statistic === undefined && ExtendedStatistic === undefined)
    throw missingParameter("Exactly one of Statistic and ExtendedStatistic must be specified.");
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw invalidCombination(
      "The parameters Statistic and ExtendedStatistic cannot be specified together.",
    );
  if (ExtendedStatistic !== undefined && !parseStatistic(ExtendedStatistic))
    throw invalidValue(
      `The value ${ExtendedStatistic} for parameter ExtendedStatistic is not supported.`,
    );
  if (Period === undefined) throw missingParameter("The parameter Period is required.");
  return {
    namespace: input.Namespace,
    name: input.MetricName!,
    dimensions: dimensionPairs(input.Dimensions).map(([name, value]) => ({ name, value })),
    periodSeconds: Period,
    statistic: (Statistic ?? ExtendedStatistic)!,
    ...(input.Unit !== undefined && { unit: input.Unit }),
  };
}

const bandComparisons: string[] = [
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "GreaterThanUpperThreshold",
];

function checkedComparison(
  { ComparisonOperator, ThresholdMetricId, Threshold }: AwsInput,
  queries: readonly QueryRecord[] | undefined,
): Comparison {
  if (ComparisonOperator === undefined)
    throw missingParameter("The parameter ComparisonOperator is required.");
  const isBand = bandComparisons.includes(ComparisonOperator);
  if (!isBand && ThresholdMetricId !== undefined)
    throw validationError(
      `ComparisonOperator ${ComparisonOperator} cannot be used with ThresholdMetricId.`,
    );
  if (!isBand && Threshold === undefined)
    throw missingParameter("The parameter Threshold is required.");
  if (!isBand) return ComparisonOperator;
  if (ThresholdMetricId === undefined)
    throw missingParameter("The parameter ThresholdMetricId is required.");
  if (Threshold !== undefined)
    throw invalidCombination(
      "The parameters Threshold and ThresholdMetricId are mutually exclusive and you have specified both.",
    );
  const band = queries?.find(({ id }) => id === ThresholdMetricId);
  if (!/^\s*ANOMALY_DETECTION_BAND\s*\(/.test(band?.expression ?? ""))
    throw validationError(
      `The ThresholdMetricId ${ThresholdMetricId} must be the Id of an ANOMALY_DETECTION_BAND expression in Metrics.`,
    );
  return ComparisonOperator;
}

function checkRule(
  input: AwsInput,
  metric: MetricStatRecord | undefined,
  queries: readonly QueryRecord[] | undefined,
): void {
  const { EvaluationPeriods: periods, DatapointsToAlarm, TreatMissingData } = input;
  if (periods === undefined) throw missingParameter("The parameter EvaluationPeriods is required.");
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > periods)
    throw validationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
  const treatments = ["breaching", "notBreaching", "ignore", "missing"];
  if (TreatMissingData !== undefined && !treatments.includes(TreatMissingData))
    throw validationError(
      `The value ${TreatMissingData} for parameter TreatMissingData is not supported. Supported values are breaching, notBreaching, ignore and missing.`,
    );
  const low = input.EvaluateLowSampleCountPercentile;
  if (low !== undefined && low !== "evaluate" && low !== "ignore")
    throw validationError(
      `Option ${low} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.`,
    );
  const seconds = metric
    ? [metric.periodSeconds]
    : queries!.flatMap(({ stat }) => (stat ? [stat.periodSeconds] : []));
  for (const period of seconds) checkPeriod(period, periods);
  if ((input.Tags?.length ?? 0) > mostTags)
    throw validationError(`An alarm has at most ${mostTags} tags.`);
}

function checkPeriod(period: number, evaluationPeriods: number): void {
  if (![10, 20, 30].includes(period) && period % 60 !== 0)
    throw validationError("Period must be 10, 20, 30 or a multiple of 60");
  const total = period * evaluationPeriods;
  if (period < 3600 && total > 86_400)
    throw validationError(
      "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600",
    );
  if (total > 604_800)
    throw validationError(
      "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800)",
    );
}
