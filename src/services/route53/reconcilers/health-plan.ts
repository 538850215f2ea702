/** When a health check's status changes, as a table. */

export interface HealthState {
  healthy: boolean;
  /** Consecutive results that speak against the present status. */
  against: number;
}

/**
 * An endpoint becomes unhealthy, and healthy again, after so many consecutive results. A new one counts as healthy.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export function planHealth(
  present: HealthState | undefined,
  result: boolean,
  threshold: number,
): HealthState {
  const { healthy, against } = present ?? { healthy: true, against: 0 };
  if (result === healthy) return { healthy, against: 0 };
  return against + 1 >= threshold
    ? { healthy: result, against: 0 }
    : { healthy, against: against + 1 };
}

/**
 * What records are told. A disabled health check is healthy; an inverted one is the contrary.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
export function effectiveHealth(
  healthy: boolean,
  { Inverted, Disabled }: { Inverted?: boolean | undefined; Disabled?: boolean | undefined },
): boolean {
  return (Disabled === true || healthy) !== (Inverted === true);
}
