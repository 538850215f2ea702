/** Queries as GetMetricData and metric alarms take them, from AWS's form and back. */
import type { MetricDataQuery, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { invalidCombination, missingParameter, validationError } from "../errors.ts";
import { simpleStatistics, parseStatistic } from "../metrics/statistic.ts";
import type { MetricStatRecord, QueryRecord } from "../records.ts";
import { dynamicValues, mostDynamicValues } from "./dynamic-label.ts";
import { readRuleMetric } from "../contributor-insights/rule-metric.ts";
import { isInsightsQuery, parseInsights } from "../insights/syntax.ts";
import { parseExpression, walk, ExpressionError } from "./syntax.ts";

/** Periods that metrics of high resolution can be asked for. */
const shortPeriods = [1, 5, 10, 20, 30];

export function isPeriod(seconds: number): boolean {
  return shortPeriods.includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}

/** Checks what the model cannot say; `name` is the parameter that holds the queries. */
export function readQueries(queries: readonly MetricDataQuery[], name: string): QueryRecord[] {
  const seen = new Set<string>();
  const found = queries.map((query, index) => {
    const record = readQuery(query, `${name}.member.${index + 1}`);
    if (seen.has(record.id))
      throw validationError(`The values for parameter id in ${name} are not unique.`);
    seen.add(record.id);
    return record;
  });
  for (const { id, expression } of found)
    if (expression !== undefined) checkExpression(id, expression, seen);
  return found;
}

function readQuery(query: MetricDataQuery, at: string): QueryRecord {
  const { Id: id = "", MetricStat: stat, Expression: expression } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id))
    throw validationError(
      `The value ${id} for parameter ${at}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  if (stat && expression !== undefined)
    throw validationError(
      `The parameters ${at}.Expression and ${at}.MetricStat are mutually exclusive and you have specified both.`,
    );
  if (!stat && expression === undefined)
    // AWS ends this message with a line feed.
    throw validationError(`The parameter ${at}.MetricStat is required.\n`);
  if (query.AccountId !== undefined)
    throw invalidCombination("Fogbank does not read other accounts: AccountId is not supported.");
  if (dynamicValues(query.Label ?? "").length > mostDynamicValues)
    throw validationError(`The label of ${at} has more than ${mostDynamicValues} dynamic values.`);
  if (query.Period !== undefined && !isPeriod(query.Period))
    throw badPeriod(query.Period, `${at}.Period`);
  return {
    id,
    returnData: query.ReturnData ?? true,
    ...(query.Label !== undefined && { label: query.Label }),
    ...(query.Period !== undefined && { periodSeconds: query.Period }),
    ...(stat && { stat: readStat(stat, `${at}.MetricStat`) }),
    ...(expression !== undefined && { expression }),
  };
}

function readStat(
  { Metric, Period, Stat, Unit }: NonNullable<MetricDataQuery["MetricStat"]>,
  at: string,
): MetricStatRecord {
  if (!Metric?.MetricName)
    throw missingParameter(`The parameter ${at}.Metric.MetricName is required.`);
  if (!Metric.Namespace)
    throw missingParameter(`The parameter ${at}.Metric.Namespace is required.`);
  if (Period === undefined || !isPeriod(Period)) throw badPeriod(Period, `${at}.Period`);
  if (Stat === undefined || !parseStatistic(Stat))
    throw validationError(`The value ${Stat} for parameter ${at}.Stat is not a valid statistic.`);
  return {
    namespace: Metric.Namespace,
    name: Metric.MetricName,
    dimensions: (Metric.Dimensions ?? []).map(({ Name = "", Value = "" }) => ({
      name: Name,
      value: Value,
    })),
    periodSeconds: Period,
    statistic: Stat,
    ...(Unit !== undefined && { unit: Unit }),
  };
}

function badPeriod(seconds: number | undefined, at: string) {
  return validationError(
    seconds === undefined
      ? `The parameter ${at} is required.`
      : `The value ${seconds} for parameter ${at} is invalid. Period must be 1, 5, 10, 20, 30, or a multiple of 60.`,
  );
}

/** Functions of AWS that Fogbank does not have, and why. */
const refused: Record<string, string> = {
  DB_PERF_INSIGHTS: "Fogbank has no Performance Insights",
  LAMBDA: "Fogbank has no Lambda data sources",
  SERVICE_QUOTA: "it takes a usage metric of AWS/Usage, and Fogbank publishes none",
};

function checkExpression(id: string, text: string, ids: ReadonlySet<string>): void {
  try {
    if (isInsightsQuery(text)) return void parseInsights(text);
    for (const part of walk(parseExpression(text))) {
      if (part.kind === "name" && /^[a-z]/.test(part.name) && !ids.has(part.name))
        throw new ExpressionError(`'${part.name}' is not defined`);
      if (part.kind === "call" && part.name === "INSIGHT_RULE_METRIC") readRuleMetric(part.args);
      const reason = part.kind === "call" ? refused[part.name] : undefined;
      if (part.kind === "call" && reason !== undefined)
        throw new ExpressionError(`${part.name} is not offered: ${reason}`);
    }
  } catch (error) {
    throw expressionError(id, error);
  }
}

/** An ExpressionError as AWS answers it; anything else unchanged. */
export function expressionError(id: string, error: unknown): unknown {
  if (!(error instanceof ExpressionError)) return error;
  return validationError(`Error in expression '${id}': ${error.message}`);
}

export function toAwsQuery(query: QueryRecord): MetricDataQuery {
  const { stat } = query;
  return {
    Id: query.id,
    ...(query.label !== undefined && { Label: query.label }),
    ...(query.periodSeconds !== undefined && { Period: query.periodSeconds }),
    ...(query.expression !== undefined && { Expression: query.expression }),
    ...(stat && {
      MetricStat: {
        Metric: {
          Namespace: stat.namespace,
          MetricName: stat.name,
          Dimensions: stat.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
        },
        Period: stat.periodSeconds,
        Stat: stat.statistic,
        ...(stat.unit !== undefined && { Unit: stat.unit as StandardUnit }),
      },
    }),
    ReturnData: query.returnData,
  };
}

export function isSimpleStatistic(name: string): boolean {
  return (simpleStatistics as readonly string[]).includes(name);
}
