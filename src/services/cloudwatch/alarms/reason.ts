/** The sentences and data by which CloudWatch explains a state. */
import { dateOf } from "#runtime/date.ts";
import type { Comparison, MetricAlarmRecord, StateValue } from "../records.ts";
import { breaches, type EvaluatedPoint, type Evaluation } from "./evaluate.ts";

/** With the threshold, or what the band was for the datapoints that are shown. */
const words: Record<Exclude<Comparison, BandComparison>, string> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

type BandComparison =
  | "LessThanLowerOrGreaterThanUpperThreshold"
  | "LessThanLowerThreshold"
  | "GreaterThanUpperThreshold";

const bandWords: Record<BandComparison, (not: string, lower: string, upper: string) => string> = {
  LessThanLowerOrGreaterThanUpperThreshold: (not, lower, upper) =>
    `${not}less than the lower thresholds [${lower}] or ${not}greater than the upper thresholds [${upper}]`,
  LessThanLowerThreshold: (not, lower) => `${not}less than the lower thresholds [${lower}]`,
  GreaterThanUpperThreshold: (not, _lower, upper) =>
    `${not}greater than the upper thresholds [${upper}]`,
};

function verdictOf(
  { comparison, threshold = Number.NaN }: MetricAlarmRecord,
  not: string,
  shown: readonly EvaluatedPoint[],
): string {
  if (comparison in bandWords) {
    const edges = (edge: "lower" | "upper") =>
      shown.map(({ band }) => doubleText(band?.[edge] ?? Number.NaN)).join(", ");
    return bandWords[comparison as BandComparison](not, edges("lower"), edges("upper"));
  }
  const word = words[comparison as Exclude<Comparison, BandComparison>];
  return `${not}${word} the threshold (${doubleText(threshold)})`;
}

const treatments = {
  breaching: "Breaching",
  notBreaching: "NonBreaching",
  ignore: "Ignore",
  missing: "Missing",
};

/** A double as Java prints it: 97.0, 0.35220499833424884. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
    return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** 05/01/26 12:00:00 */
function shortTime(timeMs: number): string {
  const [year, month, day, time] = dateOf(timeMs).toISOString().split(/[-T.]/) as [
    string,
    string,
    string,
    string,
  ];
  return `${day}/${month}/${year.slice(2)} ${time}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const were = (count: number) => (count === 1 ? "was" : "were");

export function reasonText(
  alarm: MetricAlarmRecord,
  evaluation: Evaluation,
  from: StateValue,
): string {
  const { state, judged, missing } = evaluation;
  if (state === "INSUFFICIENT_DATA") {
    const n = alarm.evaluationPeriods;
    return `Insufficient Data: ${plural(n, "datapoint")} ${were(n)} unknown.`;
  }
  const filled =
    missing > 0 && ["breaching", "notBreaching"].includes(alarm.treatMissingData ?? "missing")
      ? `${plural(missing, "missing datapoint")} ${were(missing)} treated as [${treatments[alarm.treatMissingData!]}]`
      : "";
  if (judged.length === 0) {
    const periods = plural(alarm.evaluationPeriods, "period");
    return `Threshold Crossed: no datapoints were received for ${periods} and ${filled}.`;
  }
  const counted = judged.filter(
    (point) => breaches(point, alarm.comparison, alarm.threshold) === (state === "ALARM"),
  );
  const shown = (counted.length > 0 ? counted : judged).slice(0, 5);
  const values = shown
    .map(({ value, timeMs }) => `${doubleText(value)} (${shortTime(timeMs)})`)
    .join(", ");
  const not = state === "OK" ? "not " : "";
  const verdict = `${were(counted.length)} ${verdictOf(alarm, not, shown)}`;
  const crossed = `Threshold${alarm.thresholdId === undefined ? "" : "s"} Crossed`;
  if (filled)
    return `${crossed}: ${plural(counted.length, "datapoint")} [${values}] ${verdict} and ${filled}.`;
  if (from === "INSUFFICIENT_DATA")
    return `${crossed}: ${plural(counted.length, "datapoint")} [${values}] ${verdict}.`;
  const m = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const needed = state === "ALARM" ? m : alarm.evaluationPeriods - m + 1;
  const transition = state === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  // AWS writes "1 out of the last 1 datapoints".
  return `${crossed}: ${counted.length} out of the last ${judged.length} datapoints [${values}] ${verdict} (minimum ${plural(needed, "datapoint")} for ${transition} transition).`;
}

/** 2026-01-05T12:00:00.000+0000 */
export function offsetTime(timeMs: number): string {
  return dateOf(timeMs).toISOString().replace("Z", "+0000");
}

export interface ReasonDataInput {
  alarm: MetricAlarmRecord;
  evaluation: Evaluation;
  /** Every period looked at, newest first. */
  periods: readonly { timeMs: number; point: EvaluatedPoint | undefined; sampleCount?: number }[];
  periodSeconds: number;
  nowMs: number;
}

/** The JSON of StateReasonData. */
export function reasonData(input: ReasonDataInput): string {
  const { alarm, evaluation, periods, periodSeconds, nowMs } = input;
  const judged = evaluation.judged.map(({ timeMs }) => timeMs);
  const oldest = judged.at(-1);
  const shown =
    judged.length > 0
      ? periods.filter(({ timeMs }) => judged.includes(timeMs))
      : periods.slice(0, alarm.evaluationPeriods);
  const { metric } = alarm;
  return JSON.stringify({
    version: "1.0",
    queryDate: offsetTime(nowMs),
    ...(oldest !== undefined && { startDate: offsetTime(oldest) }),
    ...(metric?.unit !== undefined && { unit: metric.unit }),
    ...(metric && { statistic: metric.statistic }),
    period: periodSeconds,
    recentDatapoints: evaluation.judged.map(({ value }) => value).reverse(),
    ...(alarm.threshold === undefined
      ? {
          recentLowerThresholds: evaluation.judged.map(({ band }) => band?.lower).reverse(),
          recentUpperThresholds: evaluation.judged.map(({ band }) => band?.upper).reverse(),
        }
      : { threshold: alarm.threshold }),
    evaluatedDatapoints: shown.slice(0, 10).map(({ timeMs, point, sampleCount }) => ({
      timestamp: offsetTime(timeMs),
      ...(sampleCount !== undefined && { sampleCount }),
      ...(point && { value: point.value }),
    })),
  });
}
