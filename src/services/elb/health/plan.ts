/** What an instance's health is after a check. Pure; the reconciler does the rest. */
import type { HealthCheckRecord, InstanceHealth } from "../records.ts";
import { inService, notYetHealthy, unhealthy } from "./descriptions.ts";

/** Results in a row, the last of them passed or not. */
export interface Streak {
  passed: boolean;
  length: number;
  /** When the last check was due; cloud time. */
  checkedMs: number;
}

export function extend(streak: Streak | undefined, passed: boolean, nowMs: number): Streak {
  const length = streak?.passed === passed ? streak.length + 1 : 1;
  return { passed, length, checkedMs: nowMs };
}

/**
 * In service after as many passed checks in a row as the one threshold says, out of service after as
 * many failed ones as the other. https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html
 */
export function healthAfter(
  present: InstanceHealth,
  { passed, length }: Streak,
  { healthyThreshold, unhealthyThreshold }: HealthCheckRecord,
): InstanceHealth {
  const serves = present.description === inService.description;
  if (passed) {
    if (serves || length >= healthyThreshold) return inService;
    return notYetHealthy;
  }
  if (length >= unhealthyThreshold) return unhealthy;
  return serves
    ? inService
    : present.description === unhealthy.description
      ? unhealthy
      : notYetHealthy;
}

/** Whether one more result like the last changes nothing, nor any number of them. */
export function isSettled(
  { description }: InstanceHealth,
  { passed, length }: Streak,
  { healthyThreshold, unhealthyThreshold }: HealthCheckRecord,
): boolean {
  return passed
    ? description === inService.description && length >= healthyThreshold
    : description === unhealthy.description && length >= unhealthyThreshold;
}

export function sameHealth(a: InstanceHealth, b: InstanceHealth): boolean {
  return a.state === b.state && a.reason === b.reason && a.description === b.description;
}
