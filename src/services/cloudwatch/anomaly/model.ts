/**
 * What is normal for a metric, learned from its past: a level and trend, the shape of its hours, days
 * and weeks, and how far values stray from these. Medians throughout, so that an incident in the past
 * does not become what is expected. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 */

export interface Model {
  expected(timeMs: number): number;
  /** The robust standard deviation around what is expected. */
  deviation(timeMs: number): number;
  /** Logical bounds that the band is kept within. */
  least: number;
  most: number;
}

export interface TrainingOptions {
  /** Shifts times before hours and days are told, for metrics that follow a local clock. */
  offsetMs: number;
  /** A percentage stays within 0 and 100. */
  percent: boolean;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Fewer values tell nothing. */
const fewestPoints = 15;
/** A median absolute deviation of normal values is so much smaller than their standard deviation. */
const madToDeviation = 1.4826;
/** A flat metric still gets a band, this share of its level wide. */
const narrowest = 0.005;

type Point = readonly [timeMs: number, value: number];

/** Undefined when there are too few points. They need not be sorted. */
export function trainModel(
  points: readonly Point[],
  { offsetMs, percent }: TrainingOptions,
): Model | undefined {
  if (points.length < fewestPoints) return undefined;
  const local: Point[] = points.map(([timeMs, value]) => [timeMs + offsetMs, value]);
  const values = local.map(([, value]) => value);
  const trend = fitTrend(local);
  const layers: ((timeMs: number) => number)[] = [trend];
  const expectedAt = (timeMs: number) => layers.reduce((sum, layer) => sum + layer(timeMs), 0);
  const residuals = (): Point[] =>
    local.map(([timeMs, value]) => [timeMs, value - expectedAt(timeMs)]);
  const days = coverage(local, dayMs);
  if (days >= 2) layers.push(hoursOfDay(residuals(), days));
  if (days >= 10) layers.push(daysOfWeek(residuals()));
  const minutes = coverage(local, hourMs) >= 6 ? minutesOfHour(residuals()) : undefined;
  if (minutes) layers.push(minutes);
  const rest = residuals();
  const floor = narrowest * median(values.map(Math.abs));
  const overall = Math.max(spread(rest.map(([, value]) => value)), floor, 1e-9);
  const byHour = days >= 2 ? hourlySpread(rest, overall) : () => overall;
  return {
    expected: (timeMs) => expectedAt(timeMs + offsetMs),
    deviation: (timeMs) => byHour(timeMs + offsetMs),
    least: values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY,
    most: percent ? 100 : Number.POSITIVE_INFINITY,
  };
}

export function bandAt(
  model: Model,
  timeMs: number,
  width: number,
): { lower: number; upper: number } {
  const expected = model.expected(timeMs);
  const half = width * model.deviation(timeMs);
  const clamp = (value: number) => Math.min(Math.max(value, model.least), model.most);
  return { lower: clamp(expected - half), upper: clamp(expected + half) };
}

/** In how many spans of that length there are values. */
function coverage(points: readonly Point[], spanMs: number): number {
  return new Set(points.map(([timeMs]) => Math.floor(timeMs / spanMs))).size;
}

/** A line through the medians of days, its slope the median of all slopes (Theil and Sen). */
function fitTrend(points: readonly Point[]): (timeMs: number) => number {
  const days = [...groupBy(points, (timeMs) => Math.floor(timeMs / dayMs))]
    .map(([day, values]) => [day, median(values)] as const)
    .sort((a, b) => a[0] - b[0]);
  const level = median(points.map(([, value]) => value));
  // The first and last day are seldom whole: what they miss of the daily shape would tilt the line.
  const whole = days.slice(1, -1);
  if (whole.length < 4) return () => level;
  const slopes: number[] = [];
  for (const [index, [day, value]] of whole.entries())
    for (const [later, other] of whole.slice(index + 1))
      slopes.push((other - value) / (later - day));
  const slope = median(slopes);
  const base = median(whole.map(([day, value]) => value - slope * day));
  return (timeMs) => base + slope * (timeMs / dayMs - 0.5);
}

/** Working days and weekends have shapes of their own once both were seen twice. */
function hoursOfDay(residuals: readonly Point[], days: number): (timeMs: number) => number {
  const seen = (weekend: boolean) =>
    coverage(
      residuals.filter(([timeMs]) => isWeekend(timeMs) === weekend),
      dayMs,
    );
  const apart = days >= 8 && seen(true) >= 2 && seen(false) >= 2;
  const shapes = [false, true].map((weekend) => {
    const own = apart ? residuals.filter(([timeMs]) => isWeekend(timeMs) === weekend) : residuals;
    return shapeOf(own, dayMs, 24);
  });
  return (timeMs) => shapes[apart && isWeekend(timeMs) ? 1 : 0]!(timeMs);
}

function daysOfWeek(residuals: readonly Point[]): (timeMs: number) => number {
  const medians = new Map(
    [...groupBy(residuals, dayOfWeek)].map(([day, values]) => [day, median(values)]),
  );
  return (timeMs) => medians.get(dayOfWeek(timeMs)) ?? 0;
}

/** Jobs that run every hour: kept only when they explain what else would be noise. */
function minutesOfHour(residuals: readonly Point[]): ((timeMs: number) => number) | undefined {
  const slot = (timeMs: number) => Math.floor((timeMs % hourMs) / 60_000);
  const medians = new Map(
    [...groupBy(residuals, slot)].map(([minute, values]) => [minute, median(values)]),
  );
  if (medians.size < 2) return undefined;
  const shape = (timeMs: number) => medians.get(slot(timeMs)) ?? 0;
  const energy = (points: readonly Point[]) =>
    points.reduce((sum, [, value]) => sum + Math.abs(value), 0);
  const left = residuals.map(([timeMs, value]): Point => [timeMs, value - shape(timeMs)]);
  return energy(left) < 0.7 * energy(residuals) ? shape : undefined;
}

/** A shape that repeats: medians of its parts, and straight lines between their middles. */
function shapeOf(
  residuals: readonly Point[],
  lengthMs: number,
  parts: number,
): (timeMs: number) => number {
  const partMs = lengthMs / parts;
  const groups = groupBy(residuals, (timeMs) => Math.floor((timeMs % lengthMs) / partMs));
  const medians = Array.from({ length: parts }, (_, part) => {
    const values = groups.get(part);
    return values ? median(values) : undefined;
  });
  return (timeMs) => {
    const position = (timeMs % lengthMs) / partMs - 0.5;
    const before = Math.floor(position);
    const left = medians[(before + parts) % parts];
    const right = medians[(before + 1) % parts];
    if (left === undefined || right === undefined) return left ?? right ?? 0;
    return left + (right - left) * (position - before);
  };
}

function hourlySpread(rest: readonly Point[], overall: number): (timeMs: number) => number {
  const hour = (timeMs: number) => Math.floor((timeMs % dayMs) / hourMs);
  const spreads = new Map(
    [...groupBy(rest, hour)].map(([at, values]) => [
      at,
      // A single hour has few values: it counts half, the whole day the other half.
      Math.sqrt((spread(values) ** 2 + overall ** 2) / 2),
    ]),
  );
  return (timeMs) => spreads.get(hour(timeMs)) ?? overall;
}

function spread(values: number[]): number {
  const center = median(values);
  const distances = values.map((value) => Math.abs(value - center));
  const robust = madToDeviation * median(distances);
  if (robust > 0) return robust;
  // More than half of the values are equal: what the next quarter differs by.
  const sorted = distances.sort((a, b) => a - b);
  return sorted[Math.floor(0.75 * (sorted.length - 1))] ?? 0;
}

/** The epoch began on a Thursday: Monday is 0. */
function dayOfWeek(timeMs: number): number {
  return (Math.floor(timeMs / dayMs) + 3) % 7;
}

function isWeekend(timeMs: number): boolean {
  return dayOfWeek(timeMs) >= 5;
}

function groupBy(
  points: readonly Point[],
  keyOf: (timeMs: number) => number,
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [timeMs, value] of points) {
    const key = keyOf(timeMs);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
