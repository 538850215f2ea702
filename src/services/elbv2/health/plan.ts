/** What a target's health is after a check. Pure; the reconciler does the rest. */
import type { HealthCheckResult } from "#traffic/application/config.ts";
import type { HealthCheckSettings, TargetHealthRecord, TargetRecord } from "../records.ts";

/** Results in a row, the last of them healthy or not. */
export interface Streak {
  healthy: boolean;
  length: number;
  /** When the last check was due; cloud time. */
  checkedMs: number;
}

export function extend(
  streak: Streak | undefined,
  { healthy }: HealthCheckResult,
  nowMs: number,
): Streak {
  const length = streak?.healthy === healthy ? streak.length + 1 : 1;
  return { healthy, length, checkedMs: nowMs };
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
export const registering: TargetHealthRecord = {
  state: "initial",
  reason: "Elb.RegistrationInProgress",
  description: "Target registration is in progress",
};
export const checking: TargetHealthRecord = {
  state: "initial",
  reason: "Elb.InitialHealthChecking",
  description: "Initial health checks in progress",
};
export const notInUse: TargetHealthRecord = {
  state: "unused",
  reason: "Target.NotInUse",
  description: "Target group is not configured to receive traffic from the load balancer",
};
export const zoneNotEnabled: TargetHealthRecord = {
  state: "unused",
  reason: "Target.NotInUse",
  description: "Target is in an Availability Zone that is not enabled for the load balancer",
};
export const notRegistered: TargetHealthRecord = {
  state: "unused",
  reason: "Target.NotRegistered",
  description: "Target is not registered to the target group",
};
export const draining: TargetHealthRecord = {
  state: "draining",
  reason: "Target.DeregistrationInProgress",
  description: "Target deregistration is in progress",
};
export const invalidState = (instanceState: string): TargetHealthRecord => ({
  state: "unused",
  reason: "Target.InvalidState",
  description: `Target is in the ${instanceState} state`,
});

/**
 * A new target is healthy with its first success; a healthy one becomes unhealthy, and an unhealthy
 * one healthy, with as many results in a row as the thresholds say.
 */
export function healthAfter(
  before: TargetHealthRecord,
  streak: Streak,
  result: HealthCheckResult,
  settings: Pick<HealthCheckSettings, "healthyThreshold" | "unhealthyThreshold">,
): TargetHealthRecord {
  const present: TargetHealthRecord =
    before.state === "unhealthy.draining" ? { ...before, state: "unhealthy" } : before;
  if (result.healthy) {
    const needed = present.state === "unhealthy" ? settings.healthyThreshold : 1;
    if (streak.length >= needed) return { state: "healthy" };
    return present.state === "unhealthy" ? present : checking;
  }
  if (present.state !== "unhealthy" && streak.length < settings.unhealthyThreshold)
    return present.state === "healthy" ? present : checking;
  return { state: "unhealthy", ...reasonOf(result) };
}

/** Whether one more result like the last changes nothing, nor any number of them. */
export function isSettled(
  { state }: TargetHealthRecord,
  { healthy, length }: Streak,
  {
    healthyThreshold,
    unhealthyThreshold,
  }: Pick<HealthCheckSettings, "healthyThreshold" | "unhealthyThreshold">,
): boolean {
  return healthy
    ? state === "healthy" && length >= healthyThreshold
    : state === "unhealthy" && length >= unhealthyThreshold;
}

/**
 * A healthy target that becomes unhealthy keeps its flows for the interval, if the group has one.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#unhealthy-draining-interval
 */
export function drainUnhealthy(
  {
    health: before,
    unhealthyDrainingUntilMs,
  }: Pick<TargetRecord, "health" | "unhealthyDrainingUntilMs">,
  next: TargetHealthRecord,
  intervalMs: number,
  nowMs: number,
): { health: TargetHealthRecord; untilMs?: number } {
  if (next.state !== "unhealthy") return { health: next };
  const untilMs =
    before.state === "healthy" && intervalMs > 0 ? nowMs + intervalMs : unhealthyDrainingUntilMs;
  if (untilMs === undefined || nowMs >= untilMs) return { health: next };
  return { health: { ...next, state: "unhealthy.draining" }, untilMs };
}

function reasonOf(result: Exclude<HealthCheckResult, { healthy: true }>) {
  switch (result.reason) {
    case "timeout":
      return { reason: "Target.Timeout", description: "Request timed out" };
    case "mismatch":
      return {
        reason: "Target.ResponseCodeMismatch",
        description: `Health checks failed with these codes: [${result.status}]`,
      };
    case "failed":
      return { reason: "Target.FailedHealthChecks", description: "Health checks failed" };
  }
}

export function sameHealth(a: TargetHealthRecord, b: TargetHealthRecord): boolean {
  return a.state === b.state && a.reason === b.reason && a.description === b.description;
}
