import type { Key, Transaction } from "#store/store.ts";
import type { AnomalyDetector, AnomalyDetectorStateValue } from "@aws-sdk/client-cloudwatch";
import type { Input } from "#model/sdk.ts";
import type { Context, Operation } from "#services/kit/service.ts";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import { mathDetectorId, singleDetectorId, trainingMs } from "../anomaly/detector.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import {
  detectorNotFound,
  invalidCombination,
  invalidNextToken,
  invalidValue,
  missingParameter,
} from "../errors.ts";
import { detectorsPerPage, learningMs } from "../limits.ts";
import { readQueries, toAwsQuery } from "../math/query.ts";
import { dimensionPairs, dimensionsText } from "../metrics/identity.ts";
import { memoryOf, type State } from "../metrics/memory.ts";
import { findMetric, readMetric } from "../metrics/read.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { anomalyDetectors, type AnomalyDetectorRecord } from "../records.ts";

type Named = Pick<
  Input<"cloudwatch", "PutAnomalyDetector">,
  | "Namespace"
  | "MetricName"
  | "Dimensions"
  | "Stat"
  | "SingleMetricAnomalyDetector"
  | "MetricMathAnomalyDetector"
>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAnomalyDetector.html */
export const putAnomalyDetector: Operation<"cloudwatch", "PutAnomalyDetector", State> = async (
  input,
  context,
) => {
  const { id, watched } = identified(input);
  const { ExcludedTimeRanges = [], MetricTimezone: timezone } = input.Configuration ?? {};
  const excluded = ExcludedTimeRanges.map(({ StartTime, EndTime }) => {
    const [fromMs, toMs] = [StartTime!, EndTime!].map(
      (date) => date.getTime() + clientOffset(context, date.getTime()),
    ) as [number, number];
    if (fromMs >= toMs)
      throw invalidValue("The StartTime of an ExcludedTimeRange must be before its EndTime.");
    return { fromMs, toMs };
  });
  if (timezone !== undefined && !isTimezone(timezone))
    throw invalidValue(`The value ${timezone} for parameter MetricTimezone is not a time zone.`);
  const periodicSpikes = input.MetricCharacteristics?.PeriodicSpikes;
  await context.store.transaction((tx) =>
    anomalyDetectors.put(tx, context, id, {
      ...watched,
      excluded,
      ...(timezone !== undefined && { timezone }),
      ...(periodicSpikes !== undefined && { periodicSpikes }),
      configuredMs: context.clock.now(),
    }),
  );
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAnomalyDetector.html */
export const deleteAnomalyDetector: Operation<
  "cloudwatch",
  "DeleteAnomalyDetector",
  State
> = async (input, context) => {
  const { id } = identified(input);
  await context.store.transaction(async (tx) => {
    if (!(await anomalyDetectors.get(tx, context, ...id))) throw detectorNotFound();
    anomalyDetectors.delete(tx, context, ...id);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAnomalyDetectors.html */
export const describeAnomalyDetectors: Operation<
  "cloudwatch",
  "DescribeAnomalyDetectors",
  State
> = async (input, context) => {
  const types = input.AnomalyDetectorTypes ?? ["SINGLE_METRIC"];
  const dimensions = dimensionsText(dimensionPairs(input.Dimensions));
  const wanted = ({ metric }: AnomalyDetectorRecord) =>
    types.includes(metric ? "SINGLE_METRIC" : "METRIC_MATH") &&
    (input.Namespace === undefined || metric?.namespace === input.Namespace) &&
    (input.MetricName === undefined || metric?.name === input.MetricName) &&
    (input.Dimensions === undefined ||
      (metric !== undefined && singleDetectorId(metric)[3] === dimensions));
  return context.store.transaction(async (tx) => {
    const all = await anomalyDetectors.entries(tx, context);
    const { items, nextToken } = paginate(
      all.filter(({ record }) => wanted(record)),
      {
        limit: Math.min(input.MaxResults ?? detectorsPerPage, detectorsPerPage),
        token: input.NextToken,
        keyOf: ({ id }) => id.join("\u0000"),
        invalidToken: invalidNextToken,
      },
    );
    const described: AnomalyDetector[] = [];
    for (const { record } of items)
      described.push(toAws(record, await stateOf(tx, context, record)));
    return {
      AnomalyDetectors: described,
      ...(nextToken !== undefined && { NextToken: nextToken }),
    };
  });
};

/** The detector that an input names, in the old form, as a single metric or as metric math. */
function identified(input: Named): {
  id: Key;
  watched: Pick<AnomalyDetectorRecord, "metric" | "queries">;
} {
  const { SingleMetricAnomalyDetector: single, MetricMathAnomalyDetector: math } = input;
  const old = [input.Namespace, input.MetricName, input.Stat, input.Dimensions?.length];
  const isOld = old.some((value) => value !== undefined && value !== 0);
  if ([single, math, isOld || undefined].filter((form) => form !== undefined).length > 1)
    throw invalidCombination(
      "Only one of SingleMetricAnomalyDetector, MetricMathAnomalyDetector and the parameters Namespace, MetricName, Dimensions and Stat can be specified.",
    );
  if (math) {
    const queries = readQueries(math.MetricDataQueries ?? [], "MetricDataQueries");
    const returned = queries.filter(({ returnData }) => returnData);
    if (returned.length !== 1)
      throw invalidCombination("Exactly one of the MetricDataQueries must return data.");
    const unsupported = queries.some(({ expression }) =>
      /\b(METRICS|SEARCH|ANOMALY_DETECTION_BAND)\s*\(|^\s*SELECT\b/.test(expression ?? ""),
    );
    if (unsupported)
      throw invalidValue(
        "Anomaly detection on metric math does not support METRICS, SEARCH and ANOMALY_DETECTION_BAND.",
      );
    return { id: mathDetectorId(queries), watched: { queries } };
  }
  const { Namespace, MetricName, Dimensions, Stat } = single ?? input;
  for (const [name, value] of Object.entries({ Namespace, MetricName, Stat }))
    if (value === undefined) throw missingParameter(`The parameter ${name} is required.`);
  if (!parseStatistic(Stat!))
    throw invalidValue(`The value ${Stat} for parameter Stat is not supported.`);
  const metric = {
    namespace: Namespace!,
    name: MetricName!,
    dimensions: dimensionPairs(Dimensions).map(([name, value]) => ({ name, value })),
    statistic: Stat!,
  };
  return { id: singleDetectorId(metric), watched: { metric } };
}

function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Training takes a while on AWS, and then what was learned depends on how much data there is. */
async function stateOf(
  tx: Transaction,
  context: Context<State>,
  { metric, configuredMs }: AnomalyDetectorRecord,
): Promise<AnomalyDetectorStateValue> {
  const nowMs = context.clock.now();
  if (nowMs - configuredMs < learningMs) return "PENDING_TRAINING";
  if (!metric) return "TRAINED";
  const memory = memoryOf(context.state, context);
  const dimensions = metric.dimensions.map(({ name, value }): [string, string] => [name, value]);
  const found = await findMetric(tx, memory.scope, { ...metric, dimensions });
  const hourMs = 3_600_000;
  const toMs = nowMs - (nowMs % hourMs) + hourMs;
  const span = { fromMs: toMs - trainingMs, toMs, periodMs: hourMs };
  const hours = found ? (await readMetric(tx, memory, found, span, nowMs)).size : 0;
  return hours < 3 ? "TRAINED_INSUFFICIENT_DATA" : "TRAINED";
}

function toAws(record: AnomalyDetectorRecord, state: AnomalyDetectorStateValue): AnomalyDetector {
  const { metric, queries, excluded, timezone, periodicSpikes } = record;
  const single = metric && {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
    Stat: metric.statistic,
  };
  return {
    ...single,
    ...(single && { SingleMetricAnomalyDetector: single }),
    ...(queries && { MetricMathAnomalyDetector: { MetricDataQueries: queries.map(toAwsQuery) } }),
    Configuration: {
      ExcludedTimeRanges: excluded.map(({ fromMs, toMs }) => ({
        StartTime: dateOf(fromMs),
        EndTime: dateOf(toMs),
      })),
      ...(timezone !== undefined && { MetricTimezone: timezone }),
    },
    ...(periodicSpikes !== undefined && {
      MetricCharacteristics: { PeriodicSpikes: periodicSpikes },
    }),
    StateValue: state,
  };
}
