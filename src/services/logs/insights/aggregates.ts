/** Functions over many events. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
import type { Expression } from "./expression.ts";
import { Moment, numberOf, order, textOf, type Row, type Value } from "./value.ts";

/** Makes a counter for one group. */
export type Aggregate = () => Accumulator;

export interface Accumulator {
  add(row: Row): void;
  result(): Value;
}

/** Undefined when no aggregate has this name (in lower case). */
export function aggregateOf(
  name: string,
  [expression, second]: readonly Expression[],
): Aggregate | undefined {
  if (name === "count") return () => counter(expression);
  if (!expression) return undefined;
  switch (name) {
    case "count_distinct":
      return () => distinct(expression);
    case "avg":
      return () => overNumbers(expression, (all) => sum(all) / all.length);
    case "sum":
      return () => overNumbers(expression, sum);
    case "stddev":
      return () => overNumbers(expression, deviation);
    case "median":
      return () => overNumbers(expression, (all) => percentile(all, 50));
    case "pct":
    case "percentile":
      return () => overNumbers(expression, (all) => percentile(all, numberOf(second?.(new Map()))));
    case "min":
      return () => extreme(expression, -1);
    case "max":
      return () => extreme(expression, 1);
    case "sortsfirst":
      return () => extreme(expression, -1);
    case "sortslast":
      return () => extreme(expression, 1);
    case "earliest":
      return () => byTime(expression, -1);
    case "latest":
      return () => byTime(expression, 1);
    default:
      return undefined;
  }
}

function counter(expression: Expression | undefined): Accumulator {
  let count = 0;
  return {
    add(row) {
      if (!expression || expression(row) !== undefined) count++;
    },
    result: () => count,
  };
}

function distinct(expression: Expression): Accumulator {
  const seen = new Set<string>();
  return {
    add(row) {
      const value = expression(row);
      if (value !== undefined) seen.add(textOf(value));
    },
    result: () => seen.size,
  };
}

/** Values that are no numbers are passed over; nothing comes of none. */
function overNumbers(
  expression: Expression,
  reduce: (values: readonly number[]) => number,
): Accumulator {
  const values: number[] = [];
  return {
    add(row) {
      const value = numberOf(expression(row));
      if (!Number.isNaN(value)) values.push(value);
    },
    result: () => (values.length === 0 ? undefined : reduce(values)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * percent) / 100;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}

function extreme(expression: Expression, sign: number): Accumulator {
  let best: Value;
  return {
    add(row) {
      const value = expression(row);
      if (value !== undefined && (best === undefined || order(value, best) * sign > 0))
        best = value;
    },
    result: () => best,
  };
}

function byTime(expression: Expression, sign: number): Accumulator {
  let best: { ms: number; value: Value } | undefined;
  return {
    add(row) {
      const value = expression(row);
      const at = row.get("@timestamp");
      const ms = at instanceof Moment ? at.ms : Number.NaN;
      if (value !== undefined && (best === undefined || (ms - best.ms) * sign > 0))
        best = { ms, value };
    },
    result: () => best?.value,
  };
}
