/** Whether a plan would have nothing to do, told from numbers alone. Pure. */
import { openZones } from "./launches.ts";
import type { DesiredGroup } from "./plan.ts";
import { imbalance } from "./zones.ts";

export interface Numbers {
  capacity: number;
  starting: number;
  unhealthy: number;
  warm: number;
  zones: ReadonlyMap<string, number>;
}

/**
 * True where `plan` would launch and terminate nothing, so that nobody needs to look at each member.
 * False says nothing: what depends on single members is left to the plan.
 */
export function isSteady(group: DesiredGroup, numbers: Numbers, nowMs: number): boolean {
  if (group.deleting || group.allocation || group.warm || group.maxLifetimeMs !== undefined)
    return false;
  const { capacity, starting, unhealthy, warm } = numbers;
  if (warm > 0 || unhealthy > 0 || capacity !== group.desired) return false;
  // Zones are balanced while nothing else goes on.
  if (starting > 0 || capacity === 0 || group.launchAfterMs > nowMs) return true;
  if (group.suspended.has("Launch") || group.suspended.has("AZRebalance")) return true;
  const zones = openZones(group);
  if (zones.length === 0) return true;
  const present = [...numbers.zones].filter(([zone]) => !group.avoid?.has(zone));
  return imbalance(zones, new Map(present)).count === 0;
}
