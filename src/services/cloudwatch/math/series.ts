/** Values of metric math: scalars, time series, arrays of time series. */
import { ExpressionError, type Operator } from "./syntax.ts";

export interface TimeSeries {
  label: string;
  periodMs: number;
  /** Start of the period to value, in no particular order. */
  points: Map<number, number>;
  /** The metric, when the series is one, for labels. */
  source?: MetricSource;
  /** The values that a Metrics Insights query grouped by, by label key. */
  group?: Record<string, string>;
}

export interface MetricSource {
  namespace: string;
  name: string;
  dimensions: [name: string, value: string][];
  statistic: string;
  /** True when every value came as a percentage. */
  percent?: boolean;
}

export type MathValue = number | TimeSeries | TimeSeries[];

export interface Range {
  fromMs: number;
  toMs: number;
}

export function isSeries(value: MathValue): value is TimeSeries {
  return typeof value === "object" && !Array.isArray(value);
}

export function mapSeries(
  series: TimeSeries,
  change: (value: number, timeMs: number) => number | undefined,
): TimeSeries {
  const points = new Map<number, number>();
  for (const [timeMs, value] of series.points) {
    const changed = change(value, timeMs);
    if (changed !== undefined && Number.isFinite(changed)) points.set(timeMs, changed);
  }
  return { ...series, points };
}

export function sortedPoints(series: TimeSeries): [timeMs: number, value: number][] {
  return [...series.points].sort((a, b) => a[0] - b[0]);
}

/** A series that has a value in every period. */
export function constantSeries(value: number, range: Range, periodMs: number): TimeSeries {
  const points = new Map<number, number>();
  for (let timeMs = range.fromMs; timeMs < range.toMs; timeMs += periodMs)
    points.set(timeMs, value);
  return { label: String(value), periodMs, points };
}

const arithmetic: Record<Operator, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  ">": (a, b) => Number(a > b),
  "<=": (a, b) => Number(a <= b),
  ">=": (a, b) => Number(a >= b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
};

/**
 * Two series meet wherever one has a value: "Missing values in a time series are treated as 0", and
 * what divides by zero is dropped. An array is combined element by element.
 */
export function combine(operator: Operator, left: MathValue, right: MathValue): MathValue {
  const compute = arithmetic[operator];
  if (typeof left === "number" && typeof right === "number") return compute(left, right);
  if (Array.isArray(left) && Array.isArray(right))
    throw new ExpressionError(`'${operator}' cannot combine two arrays of time series`);
  if (Array.isArray(left)) return left.map((item) => combine(operator, item, right) as TimeSeries);
  if (Array.isArray(right)) return right.map((item) => combine(operator, left, item) as TimeSeries);
  if (typeof right === "number")
    return mapSeries(left as TimeSeries, (value) => compute(value, right));
  if (typeof left === "number") return mapSeries(right, (value) => compute(left, value));
  const points = new Map<number, number>();
  for (const timeMs of new Set([...left.points.keys(), ...right.points.keys()])) {
    const value = compute(left.points.get(timeMs) ?? 0, right.points.get(timeMs) ?? 0);
    if (Number.isFinite(value)) points.set(timeMs, value);
  }
  return { label: left.label, periodMs: Math.max(left.periodMs, right.periodMs), points };
}
