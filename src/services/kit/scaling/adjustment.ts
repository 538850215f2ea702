/**
 * The arithmetic of scaling policies. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
 */

export interface StepAdjustment {
  /** Distances from the alarm's threshold; left out where there is no bound. */
  lower?: number;
  upper?: number;
  adjustment: number;
}

export type AdjustmentType = "ChangeInCapacity" | "ExactCapacity" | "PercentChangeInCapacity";

/**
 * The capacity that an adjustment asks for. Percentages round towards zero, but to at least one
 * instance; `minMagnitude` sets another least change.
 */
export function adjustedCapacity(
  current: number,
  type: AdjustmentType,
  adjustment: number,
  minMagnitude = 0,
): number {
  if (type === "ExactCapacity") return Math.max(0, adjustment);
  if (type === "ChangeInCapacity") return Math.max(0, current + adjustment);
  const exact = (current * adjustment) / 100;
  let change = Math.abs(exact) < 1 ? Math.sign(exact) : Math.trunc(exact);
  if (adjustment !== 0 && Math.abs(change) < minMagnitude)
    change = Math.sign(adjustment) * minMagnitude;
  return Math.max(0, current + change);
}

/**
 * The step for a metric value. Above the threshold the lower bound belongs to a step and the upper
 * does not; below it is the other way round.
 */
export function stepFor(
  steps: readonly StepAdjustment[],
  metricValue: number,
  threshold: number,
): StepAdjustment | undefined {
  const distance = metricValue - threshold;
  return steps.find(({ lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY }) =>
    lower >= 0 || upper > 0
      ? distance >= lower && distance < upper
      : distance > lower && distance <= upper,
  );
}

export interface TrackingInput {
  /** Instances whose metric counts: in service and warmed up. */
  warm: number;
  desired: number;
  metricValue: number;
  targetValue: number;
}

/**
 * Capacity in proportion to the metric, rounded up, so that the metric comes to the target or just
 * below it. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 */
export function trackedCapacity({ warm, metricValue, targetValue }: TrackingInput): number {
  return wholeUnits((warm * metricValue) / targetValue);
}

/** So many units at least; sums of floating numbers must not cost one more. */
export function wholeUnits(exact: number): number {
  return Math.ceil(exact - 1e-9);
}

/** What makes steps unusable, in words; undefined when they are fine. */
export function stepProblem(steps: readonly StepAdjustment[]): string | undefined {
  const sorted = [...steps].sort(
    (a, b) => (a.lower ?? Number.NEGATIVE_INFINITY) - (b.lower ?? Number.NEGATIVE_INFINITY),
  );
  for (const [index, { lower, upper }] of sorted.entries()) {
    if (lower === undefined && upper === undefined && steps.length > 1)
      return "Only one step adjustment can have neither a lower nor an upper bound";
    if (lower !== undefined && upper !== undefined && lower >= upper)
      return "The upper bound of a step adjustment must be greater than its lower bound";
    const next = sorted[index + 1];
    if (!next) continue;
    if (upper === undefined || next.lower === undefined || next.lower < upper)
      return "StepAdjustment intervals can't overlap";
    if (next.lower > upper) return "There must be no gap between StepAdjustment intervals";
  }
  const lowest = sorted[0];
  const highest = sorted.at(-1);
  if (lowest?.lower !== undefined && lowest.lower < 0)
    return "When a step adjustment has a negative lower bound, there must be one with a null lower bound";
  if (highest?.upper !== undefined && highest.upper > 0)
    return "When a step adjustment has a positive upper bound, there must be one with a null upper bound";
  return undefined;
}
