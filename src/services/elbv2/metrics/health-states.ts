/** So many healthy targets, and so many of a hundred, must there be; 0 asks for nothing. */
export interface Threshold {
  count: number;
  percentage: number;
}

/**
 * Whether each zone has enough healthy targets.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html
 */
export function healthStates(
  targets: readonly { zone: string; healthy: boolean }[],
  zones: readonly string[],
  { count, percentage }: Threshold,
): { zone: string; healthy: boolean }[] {
  return zones.flatMap((zone) => {
    const own = targets.filter((target) => target.zone === zone);
    if (own.length === 0) return [];
    const healthy = own.filter((target) => target.healthy).length;
    const share = (healthy / own.length) * 100;
    return [{ zone, healthy: healthy >= count && share >= percentage }];
  });
}
