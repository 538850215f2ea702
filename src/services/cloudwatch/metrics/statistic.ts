/**
 * Statistics by their AWS names.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
import { distributionOf, type Aggregate } from "./aggregate.ts";

/** Undefined where the values do not tell the statistic. */
export type Statistic = (aggregate: Aggregate, periodSeconds: number) => number | undefined;

const simple: Record<string, Statistic> = {
  SampleCount: (aggregate) => aggregate.count,
  Sum: (aggregate) => aggregate.sum,
  Average: (aggregate) => (aggregate.count === 0 ? undefined : aggregate.sum / aggregate.count),
  Minimum: (aggregate) => aggregate.min,
  Maximum: (aggregate) => aggregate.max,
  IQM: (aggregate) => trimmed(aggregate, { low: 0.25, high: 0.75 }, "mean"),
};

export const simpleStatistics = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;

/** The statistic of that name; undefined when there is none. */
export function parseStatistic(name: string): Statistic | undefined {
  if (Object.hasOwn(simple, name)) return simple[name];
  const percentile = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name);
  if (percentile) {
    const rank = Number(percentile[1]) / 100;
    return (aggregate) => percentileOf(aggregate, rank);
  }
  const upTo = /^(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name);
  if (upTo) {
    const range = { low: 0, high: Number(upTo[2]) / 100 };
    return (aggregate) => trimmed(aggregate, range, measures[upTo[1]!.toUpperCase()]!);
  }
  const ranged = /^(TM|WM|TC|TS|PR)\(([^:)]*):([^:)]*)\)$/.exec(name);
  if (!ranged) return undefined;
  const [, kind, low, high] = ranged as unknown as [string, string, string, string];
  return rangeStatistic(kind, low, high);
}

type Measure = "mean" | "winsorized" | "count" | "sum" | "rank";
const measures: Record<string, Measure> = {
  TM: "mean",
  WM: "winsorized",
  TC: "count",
  TS: "sum",
  PR: "rank",
};

function rangeStatistic(kind: string, low: string, high: string): Statistic | undefined {
  const measure = measures[kind]!;
  const number = /^-?\d+(\.\d+)?$/;
  const percent = /^(\d{1,2}(\.\d{1,10})?|100)%$/;
  const fits = (text: string, pattern: RegExp) => text === "" || pattern.test(text);
  if (low === "" && high === "") return undefined;
  if (fits(low, percent) && fits(high, percent) && measure !== "rank") {
    const range = {
      low: low === "" ? 0 : Number.parseFloat(low) / 100,
      high: high === "" ? 1 : Number.parseFloat(high) / 100,
    };
    return range.low < range.high ? (aggregate) => trimmed(aggregate, range, measure) : undefined;
  }
  if (!fits(low, number) || !fits(high, number)) return undefined;
  const from = low === "" ? Number.NEGATIVE_INFINITY : Number(low);
  const to = high === "" ? Number.POSITIVE_INFINITY : Number(high);
  return from < to ? (aggregate) => between(aggregate, from, to, measure) : undefined;
}

/** Percentiles are not available for negative values, nor for statistic sets of differing values. */
function positiveDistribution(aggregate: Aggregate) {
  return aggregate.count === 0 || aggregate.min < 0 ? undefined : distributionOf(aggregate);
}

function percentileOf(aggregate: Aggregate, rank: number): number | undefined {
  const values = positiveDistribution(aggregate);
  if (!values) return undefined;
  const wanted = rank * aggregate.count;
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= wanted - 1e-9) return value;
  }
  return aggregate.max;
}

/** The part of the values between two percentiles: its mean, count or sum. */
function trimmed(
  aggregate: Aggregate,
  { low, high }: { low: number; high: number },
  measure: Measure,
): number | undefined {
  const values = positiveDistribution(aggregate);
  if (!values) return undefined;
  const from = low * aggregate.count;
  const to = high * aggregate.count;
  let seen = 0;
  let count = 0;
  let sum = 0;
  let lowest: number | undefined;
  let highest = aggregate.max;
  for (const [value, occurrences] of values) {
    const taken = Math.min(seen + occurrences, to) - Math.max(seen, from);
    seen += occurrences;
    if (taken <= 0) continue;
    count += taken;
    sum += taken * value;
    lowest ??= value;
    highest = value;
  }
  if (count === 0 || lowest === undefined) return undefined;
  if (measure === "count") return count;
  if (measure === "sum") return sum;
  if (measure === "mean") return sum / count;
  const replaced = from * lowest + (aggregate.count - to) * highest;
  return (sum + replaced) / aggregate.count;
}

/** As `trimmed`, between two values (exclusive below, inclusive above). */
function between(
  aggregate: Aggregate,
  from: number,
  to: number,
  measure: Measure,
): number | undefined {
  const values = positiveDistribution(aggregate);
  if (!values) return undefined;
  let count = 0;
  let sum = 0;
  let clamped = 0;
  for (const [value, occurrences] of values) {
    clamped += Math.min(Math.max(value, from), to) * occurrences;
    if (value <= from || value > to) continue;
    count += occurrences;
    sum += value * occurrences;
  }
  if (measure === "rank") return (count / aggregate.count) * 100;
  if (measure === "count") return count;
  if (measure === "sum") return sum;
  if (measure === "winsorized") return clamped / aggregate.count;
  return count === 0 ? undefined : sum / count;
}
