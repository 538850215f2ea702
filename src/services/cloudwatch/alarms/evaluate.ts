/**
 * Whether an alarm's recent datapoints mean ALARM, OK or too little data. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
import type { Comparison, StateValue, TreatMissingData } from "../records.ts";

export interface EvaluationRule {
  /** N: so many of the most recent datapoints count. */
  evaluationPeriods: number;
  /** M: so many of them have to breach. */
  datapointsToAlarm: number;
  comparison: Comparison;
  /** Undefined when each datapoint has a band of its own. */
  threshold?: number | undefined;
  treatMissingData: TreatMissingData;
}

export interface EvaluatedPoint {
  timeMs: number;
  value: number;
  /** What is normal at that time. */
  band?: { lower: number; upper: number };
}

export interface Evaluation {
  /** Undefined: the alarm keeps its state. */
  state: StateValue | undefined;
  /** The real datapoints that were judged, newest first. */
  judged: EvaluatedPoint[];
  /** How many missing datapoints were filled in. */
  missing: number;
}

/**
 * AWS looks at more periods than it needs, in case some lack data. How many more depends on the
 * period and is not published; the guide's examples have two.
 */
const extraPeriods = 2;

export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + extraPeriods;
}

export function breaches(
  { value, band }: Pick<EvaluatedPoint, "value" | "band">,
  comparison: Comparison,
  threshold = Number.NaN,
): boolean {
  switch (comparison) {
    case "LessThanLowerOrGreaterThanUpperThreshold":
      return band !== undefined && (value < band.lower || value > band.upper);
    case "LessThanLowerThreshold":
      return band !== undefined && value < band.lower;
    case "GreaterThanUpperThreshold":
      return band !== undefined && value > band.upper;
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "GreaterThanThreshold":
      return value > threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
  }
}

/** `range` holds one entry per period of the evaluation range, newest first; undefined is missing. */
export function evaluate(
  range: readonly (EvaluatedPoint | undefined)[],
  rule: EvaluationRule,
): Evaluation {
  const { evaluationPeriods: n, datapointsToAlarm: m, treatMissingData } = rule;
  const breaching = (point: EvaluatedPoint) => breaches(point, rule.comparison, rule.threshold);
  const real = range.filter((point) => point !== undefined);
  if (real.length >= n) {
    const judged = real.slice(0, n);
    const state = judged.filter(breaching).length >= m ? "ALARM" : "OK";
    return { state, judged, missing: 0 };
  }
  const missing = n - real.length;
  const count = real.filter(breaching).length;
  const result = (state: StateValue | undefined): Evaluation => ({ state, judged: real, missing });
  if (count >= m) return result("ALARM");
  if (treatMissingData === "breaching") return result(count + missing >= m ? "ALARM" : "OK");
  if (treatMissingData === "notBreaching") return result("OK");
  if (real.length === 0)
    return result(treatMissingData === "ignore" ? undefined : "INSUFFICIENT_DATA");
  if (count < real.length) return result("OK");
  if (treatMissingData === "ignore") return result(undefined);
  // Nothing but breaching datapoints, too few of them: the guide's "premature alarm state". The
  // oldest must be as old as M, so that one late datapoint could not still clear the alarm.
  const oldest = range.findLastIndex((point) => point !== undefined);
  return result(oldest + 1 >= m ? "ALARM" : undefined);
}
