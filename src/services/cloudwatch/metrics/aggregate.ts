/** What is known of the values of one series in one span of time. */

export interface Aggregate {
  count: number;
  sum: number;
  min: number;
  max: number;
  /**
   * How often each value occurred. Left out while all values are equal (then `min` says it), and when a
   * statistic set came in, after which percentiles cannot be told.
   */
  distribution?: Map<number, number>;
  /** A statistic set of differing values came in. */
  opaque?: boolean;
}

/** More distinct values than this are gathered into values 2 % apart. */
const mostDistinctValues = 500;
const logOfStep = Math.log(1.02);

export function emptyAggregate(): Aggregate {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  };
}

export function addValue(into: Aggregate, value: number, count: number): void {
  if (!into.opaque) addToDistribution(into, value, count);
  into.count += count;
  into.sum += value * count;
  if (value < into.min) into.min = value;
  if (value > into.max) into.max = value;
}

export function addStatisticSet(
  into: Aggregate,
  count: number,
  sum: number,
  min: number,
  max: number,
): void {
  if (count === 0) return;
  if (min === max) return addValue(into, min, count);
  delete into.distribution;
  into.opaque = true;
  into.count += count;
  into.sum += sum;
  into.min = Math.min(into.min, min);
  into.max = Math.max(into.max, max);
}

export function mergeAggregate(into: Aggregate, other: Aggregate): void {
  if (other.count === 0) return;
  if (into.count === 0) {
    into.count = other.count;
    into.sum = other.sum;
    into.min = other.min;
    into.max = other.max;
    if (other.distribution) into.distribution = new Map(other.distribution);
    if (other.opaque) into.opaque = true;
    return;
  }
  if (other.opaque) return addStatisticSet(into, other.count, other.sum, other.min, other.max);
  if (!other.distribution) return addValue(into, other.min, other.count);
  if (!into.opaque)
    for (const [value, count] of other.distribution) addToDistribution(into, value, count);
  // A gathered distribution is less exact than the sums beside it.
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
}

function addToDistribution(into: Aggregate, value: number, count: number): void {
  if (!into.distribution) {
    if (into.count === 0 || value === into.min) return;
    into.distribution = new Map([[into.min, into.count]]);
  }
  const { distribution } = into;
  distribution.set(value, (distribution.get(value) ?? 0) + count);
  if (distribution.size > mostDistinctValues) into.distribution = gather(distribution);
}

function gather(distribution: Map<number, number>): Map<number, number> {
  const gathered = new Map<number, number>();
  for (const [value, count] of distribution) {
    const rounded =
      value === 0
        ? 0
        : Math.sign(value) *
          Math.exp(Math.round(Math.log(Math.abs(value)) / logOfStep) * logOfStep);
    gathered.set(rounded, (gathered.get(rounded) ?? 0) + count);
  }
  return gathered;
}

/** Values in ascending order with their counts; undefined when a statistic set hides them. */
export function distributionOf(aggregate: Aggregate): [value: number, count: number][] | undefined {
  if (aggregate.opaque) return undefined;
  if (!aggregate.distribution) return [[aggregate.min, aggregate.count]];
  return [...aggregate.distribution].sort((a, b) => a[0] - b[0]);
}
