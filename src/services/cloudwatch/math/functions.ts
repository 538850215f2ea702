/**
 * The functions of metric math.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
 */
import { dateOf } from "#runtime/date.ts";
import {
  constantSeries,
  isSeries,
  mapSeries,
  sortedPoints,
  type MathValue,
  type Range,
  type TimeSeries,
} from "./series.ts";
import { ExpressionError } from "./syntax.ts";

export interface Scope {
  range: Range;
  /** For series that are made of scalars. */
  periodMs: number;
}

/** An argument: a value, or a word or text that a function understands. */
export type Argument = MathValue | { word: string };

export type MathFunction = (args: Argument[], scope: Scope) => MathValue;

function isWord(argument: Argument | undefined): argument is { word: string } {
  return typeof argument === "object" && "word" in argument;
}

function value(args: Argument[], index: number): MathValue {
  const argument = args[index];
  if (argument === undefined) throw new ExpressionError(`argument ${index + 1} is missing`);
  if (isWord(argument))
    throw new ExpressionError(`argument ${index + 1} must be a number or a time series`);
  return argument;
}

function scalar(args: Argument[], index: number): number {
  const found = value(args, index);
  if (typeof found !== "number")
    throw new ExpressionError(`argument ${index + 1} must be a number`);
  return found;
}

function seriesList(args: Argument[], index: number): TimeSeries[] {
  const found = value(args, index);
  if (typeof found === "number")
    throw new ExpressionError(`argument ${index + 1} must be time series`);
  return Array.isArray(found) ? found : [found];
}

/** A function of numbers, applied to every value. */
function eachValue(compute: (value: number) => number): MathFunction {
  return (args) => {
    const found = value(args, 0);
    if (typeof found === "number") return compute(found);
    return eachSeries((series) => mapSeries(series, compute))(args, undefined as never);
  };
}

/** A function of one series, applied to a series or to each of an array. */
function eachSeries(compute: (series: TimeSeries, scope: Scope) => TimeSeries): MathFunction {
  return (args, scope) => {
    const found = value(args, 0);
    if (typeof found === "number") throw new ExpressionError("argument 1 must be time series");
    return Array.isArray(found)
      ? found.map((series) => compute(series, scope))
      : compute(found, scope);
  };
}

/**
 * One number of many: of a series over time, of an array at each moment. `count` is how many values
 * there would be if none were missing.
 */
function reduce(compute: (values: number[], count: number) => number): MathFunction {
  return (args) => {
    const found = value(args, 0);
    if (typeof found === "number") return compute([found], 1);
    if (isSeries(found)) return compute([...found.points.values()], found.points.size);
    return acrossSeries(found, compute);
  };
}

function acrossSeries(
  list: TimeSeries[],
  compute: (values: number[], series: number) => number,
): TimeSeries {
  const gathered = new Map<number, number[]>();
  for (const { points } of list)
    for (const [timeMs, number] of points) {
      const values = gathered.get(timeMs);
      if (values) values.push(number);
      else gathered.set(timeMs, [number]);
    }
  const points = new Map(
    [...gathered].map(([timeMs, values]) => [timeMs, compute(values, list.length)]),
  );
  return { label: "", periodMs: list[0]?.periodMs ?? 60_000, points };
}

const sum = (values: number[]) => values.reduce((total, one) => total + one, 0);
const average = (values: number[]) => sum(values) / values.length;
const deviation = (values: number[]) => {
  const mean = average(values);
  return Math.sqrt(average(values.map((one) => (one - mean) ** 2)));
};
const least = (values: number[]) =>
  values.reduce((a, b) => Math.min(a, b), values[0] ?? Number.NaN);
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), values[0] ?? Number.NaN);

function pairwise(
  compute: (value: number, before: number, passedMs: number) => number,
): MathFunction {
  return eachSeries((series) => {
    const points = new Map<number, number>();
    let last: [number, number] | undefined;
    for (const point of sortedPoints(series)) {
      if (last) points.set(point[0], compute(point[1], last[1], point[0] - last[0]));
      last = point;
    }
    return { ...series, points };
  });
}

/** "Return a new non-sparse time series where each value is based on its timestamp." */
function calendar(part: (date: Date) => number): MathFunction {
  return eachSeries(({ periodMs, label }, { range }) => {
    const moments = constantSeries(0, range, periodMs);
    return { ...mapSeries(moments, (_zero, timeMs) => part(dateOf(timeMs))), label };
  });
}

function fill(series: TimeSeries, filler: Argument, { range }: Scope): TimeSeries {
  const points = new Map<number, number>();
  const present = sortedPoints(series);
  let next = 0;
  for (let timeMs = range.fromMs; timeMs < range.toMs; timeMs += series.periodMs) {
    while (next < present.length && present[next]![0] < timeMs) next++;
    const known = series.points.get(timeMs);
    const filled = known ?? fillOne(timeMs, present[next - 1], present[next], filler);
    if (filled !== undefined) points.set(timeMs, filled);
  }
  return { ...series, points };
}

function fillOne(
  timeMs: number,
  before: [number, number] | undefined,
  after: [number, number] | undefined,
  filler: Argument,
): number | undefined {
  if (typeof filler === "number") return filler;
  if (!isWord(filler)) return isSeries(filler) ? filler.points.get(timeMs) : undefined;
  if (filler.word === "REPEAT") return before?.[1];
  if (filler.word !== "LINEAR") throw new ExpressionError("FILL takes a value, REPEAT or LINEAR");
  if (!before || !after) return undefined;
  const share = (timeMs - before[0]) / (after[0] - before[0]);
  return before[1] + share * (after[1] - before[1]);
}

/**
 * Without a value where the condition is true the result is 0, where it is false the datapoint is dropped.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
 */
function choose(args: Argument[], { range }: Scope): MathValue {
  const condition = value(args, 0);
  const whenTrue = value(args, 1);
  const whenFalse = args.length > 2 ? value(args, 2) : undefined;
  if (typeof condition === "number")
    return (condition !== 0 ? whenTrue : whenFalse) ?? constantSeries(0, { ...range, toMs: 0 }, 1);
  const at = (source: MathValue | undefined, timeMs: number) => {
    if (source === undefined || typeof source === "number") return source;
    if (Array.isArray(source))
      throw new ExpressionError("IF cannot choose between arrays of time series");
    return source.points.get(timeMs);
  };
  const apply = (series: TimeSeries) =>
    mapSeries(series, (one, timeMs) =>
      one !== 0 ? (at(whenTrue, timeMs) ?? 0) : at(whenFalse, timeMs),
    );
  return Array.isArray(condition) ? condition.map(apply) : apply(condition);
}

const measures: Record<string, (values: number[]) => number> = {
  AVG: average,
  MIN: least,
  MAX: most,
  SUM: sum,
};

function sortSeries(args: Argument[]): TimeSeries[] {
  const [, measure, order, limit] = args;
  const rank = isWord(measure) ? measures[measure.word] : undefined;
  if (!rank) throw new ExpressionError("SORT takes AVG, MIN, MAX or SUM");
  const descending = isWord(order) && order.word === "DESC";
  if (!descending && !(isWord(order) && order.word === "ASC"))
    throw new ExpressionError("SORT takes ASC or DESC after the function");
  const ranked = seriesList(args, 0).map((series) => ({
    series,
    rank: series.points.size === 0 ? Number.NaN : rank([...series.points.values()]),
  }));
  ranked.sort((a, b) => (descending ? b.rank - a.rank : a.rank - b.rank) || 0);
  const sorted = ranked.map(({ series }) => series);
  return typeof limit === "number" ? sorted.slice(0, limit) : sorted;
}

export const functions: Record<string, MathFunction> = {
  ABS: eachValue(Math.abs),
  CEIL: eachValue(Math.ceil),
  FLOOR: eachValue(Math.floor),
  LOG: eachValue(Math.log),
  LOG10: eachValue(Math.log10),
  SUM: reduce((values) => sum(values)),
  // "Missing values are treated as 0."
  AVG: reduce((values, count) => sum(values) / count),
  MIN: reduce((values) => least(values)),
  MAX: reduce((values) => most(values)),
  STDDEV: reduce((values) => deviation(values)),
  DIFF: pairwise((now, before) => now - before),
  DIFF_TIME: pairwise((_now, _before, passedMs) => passedMs / 1000),
  RATE: pairwise((now, before, passedMs) => (now - before) / (passedMs / 1000)),
  RUNNING_SUM: eachSeries((series) => {
    let total = 0;
    const points = sortedPoints(series).map(([at, one]): [number, number] => [at, (total += one)]);
    return { ...series, points: new Map(points) };
  }),
  DATAPOINT_COUNT: reduce((values) => values.length),
  METRIC_COUNT: (args) => seriesList(args, 0).length,
  PERIOD: (args) => (seriesList(args, 0)[0]?.periodMs ?? 0) / 1000,
  FILL: (args, scope) => {
    const filler = args[1];
    if (filler === undefined) throw new ExpressionError("FILL takes a value, REPEAT or LINEAR");
    return eachSeries((series) => fill(series, filler, scope))(args.slice(0, 1), scope);
  },
  FIRST: (args) => onlyOne(seriesList(args, 0)[0]),
  LAST: (args) => onlyOne(seriesList(args, 0).at(-1)),
  IF: choose,
  REMOVE_EMPTY: (args) => seriesList(args, 0).filter(({ points }) => points.size > 0),
  SLICE: (args) => {
    const list = seriesList(args, 0);
    const from = scalar(args, 1);
    if (args.length > 2) return list.slice(from, scalar(args, 2));
    return list.slice(from);
  },
  SORT: sortSeries,
  TIME_SERIES: (args, { range, periodMs }) => constantSeries(scalar(args, 0), range, periodMs),
  MINUTE: calendar((date) => date.getUTCMinutes()),
  HOUR: calendar((date) => date.getUTCHours()),
  /** Monday is 1, Sunday is 7. */
  DAY: calendar((date) => date.getUTCDay() || 7),
  DATE: calendar((date) => date.getUTCDate()),
  MONTH: calendar((date) => date.getUTCMonth() + 1),
  YEAR: calendar((date) => date.getUTCFullYear()),
  EPOCH: calendar((date) => date.getTime() / 1000),
};

function onlyOne(series: TimeSeries | undefined): TimeSeries {
  if (!series) throw new ExpressionError("the array of time series is empty");
  return series;
}
