/**
 * The capacity that policies ask for. Pure.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
 */
import { adjustedCapacity, stepFor, wholeUnits } from "#services/kit/scaling/adjustment.ts";
import type { LastScaling, Stepping, Tracking } from "../records.ts";

export interface Situation {
  /** What the resource has, or is about to have. */
  current: number;
  nowMs: number;
  last: LastScaling | undefined;
}

export interface Reading {
  tracking: Tracking;
  /** The metric's value; for DynamoDB the units consumed in a second. */
  value: number | undefined;
  high: boolean;
  low: boolean;
  /** The target is a percentage of capacity that is consumed, not a metric shared by its units. */
  utilization: boolean;
  defaultCooldownSeconds: number;
}

/**
 * "If multiple target tracking policies are in force, the target scales out if any of them is ready to,
 * and scales in only if all of them (with the scale-in portion enabled) are ready to."
 */
export function trackedCapacity(readings: readonly Reading[], situation: Situation): number {
  const { current, nowMs, last } = situation;
  const high = readings.filter((one) => one.high && one.value !== undefined);
  if (high.length > 0) {
    const wanted = high.map((one) => {
      const seconds = one.tracking.scaleOutCooldownSeconds ?? one.defaultCooldownSeconds;
      return wantedBy(one, baseOf(situation, seconds));
    });
    return Math.max(current, ...wanted);
  }
  const deciding = readings.filter(({ tracking }) => !tracking.disableScaleIn);
  if (deciding.length === 0 || !deciding.every(({ low }) => low)) return current;
  const cooling = deciding.some(({ tracking, defaultCooldownSeconds: fallback }) => {
    const seconds = tracking.scaleInCooldownSeconds ?? fallback;
    return last?.direction === "in" && nowMs < last.atMs + seconds * 1000;
  });
  if (cooling) return current;
  const wanted = deciding.map((one) =>
    one.value === undefined ? current : wantedBy(one, current),
  );
  return Math.min(current, Math.max(...wanted));
}

function wantedBy({ tracking, value, utilization }: Reading, base: number): number {
  const { targetValue } = tracking;
  return wholeUnits(((utilization ? 100 : base) * value!) / targetValue);
}

/**
 * "While the scale-out cooldown is in effect, the capacity added by the initiating scale-out activity
 * is calculated as part of the desired capacity for the next scale-out activity."
 */
function baseOf({ current, nowMs, last }: Situation, cooldownSeconds: number): number {
  const cooling = last?.direction === "out" && nowMs < last.atMs + cooldownSeconds * 1000;
  return cooling ? Math.min(last.from, current) : current;
}

export interface StepInput {
  metricValue: number;
  threshold: number;
  defaultCooldownSeconds: number;
}

/** Undefined where no step is meant for the value. */
export function steppedCapacity(
  { adjustmentType, steps, minMagnitude, cooldownSeconds }: Stepping,
  { metricValue, threshold, defaultCooldownSeconds }: StepInput,
  situation: Situation,
): number | undefined {
  const step = stepFor(steps, metricValue, threshold);
  if (!step) return undefined;
  const { current, nowMs, last } = situation;
  const seconds = cooldownSeconds ?? defaultCooldownSeconds;
  const wanted = adjustedCapacity(current, adjustmentType, step.adjustment, minMagnitude);
  if (wanted > current) {
    const base = baseOf(situation, seconds);
    return Math.max(current, adjustedCapacity(base, adjustmentType, step.adjustment, minMagnitude));
  }
  // "During a scale-in cooldown period, further scale-in activities are blocked."
  const cooling = last?.direction === "in" && nowMs < last.atMs + seconds * 1000;
  return cooling ? current : wanted;
}
