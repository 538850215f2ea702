/** Values of metric math: scalars, time series, arrays of time series. */
import { ExpressionError, type Operator } from "./syntax.ts";

export interface TimeSeries {
  label: string;
  periodMs: number;
  /** Start of the period to value, in no particular order. */
  points: Map<number, number>;
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

/** Two series meet where both have a value; an array is combined element by element. */
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
  return mapSeries(left, (value, timeMs) => {
    const other = right.points.get(timeMs);
    return other === undefined ? undefined : compute(value, other);
  });
}
