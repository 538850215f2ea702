/** Where the instances that are missing are launched, and as what. Pure. */
import {
  chooseOffer,
  onDemandTarget,
  onDemandUnits,
  unitsOf,
  type Allocation,
  type Choice,
  type Placed,
} from "./allocation.ts";
import { spreadLaunches } from "./zones.ts";

export interface LaunchPlace {
  zone: string;
  /** Undefined where there is nothing to choose. */
  choice?: Choice;
}

export interface LaunchArea {
  zones: readonly string[];
  allocation?: Allocation | undefined;
  /** Zones and pools that had no capacity a moment ago. */
  avoid?: ReadonlySet<string> | undefined;
  /** Wait for a zone without capacity rather than launch in another: balanced-only. */
  balancedOnly?: boolean | undefined;
  /** Zones that take no part at all at present. */
  shifted?: ReadonlySet<string> | undefined;
}

/** Capacity units per zone. */
export function crowdOf(members: readonly Placed[]): Map<string, number> {
  const crowd = new Map<string, number>();
  for (const member of members)
    crowd.set(member.zone, (crowd.get(member.zone) ?? 0) + unitsOf(member));
  return crowd;
}

/** The zones that are launched into at present. */
export function openZones({ zones, avoid }: LaunchArea): string[] {
  return zones.filter((zone) => !avoid?.has(zone));
}

/**
 * Places for so many capacity units, in order. The last instance may exceed what is wanted: "launches
 * instances until the desired capacity is totally fulfilled, even if this results in an overage".
 * Fewer come when pools or zones have no capacity. `capacity` is what the whole group is to have.
 */
export function placeLaunches(
  area: LaunchArea,
  present: readonly Placed[],
  wanted: number,
  capacity: number,
): LaunchPlace[] {
  const { allocation, balancedOnly } = area;
  const zones = balancedOnly
    ? area.zones.filter((zone) => !area.shifted?.has(zone))
    : openZones(area);
  if (zones.length === 0 || wanted <= 0) return [];
  const crowd = crowdOf(present);
  if (!allocation) {
    const spread = spreadLaunches(zones, crowd, wanted);
    return spread.filter((zone) => !area.avoid?.has(zone)).map((zone) => ({ zone }));
  }
  const target = onDemandTarget(capacity, allocation.distribution);
  const placed = [...present];
  let onDemand = onDemandUnits(present);
  const places: LaunchPlace[] = [];
  for (let units = 0; units < wanted;) {
    const choice = nextChoice(area, allocation, zones, crowd, placed, onDemand >= target);
    if (!choice) break;
    const { zone, weight, spot, offer } = choice;
    crowd.set(zone, (crowd.get(zone) ?? 0) + weight);
    placed.push({ zone, weight, spot, instanceType: offer.instanceType });
    if (!spot) onDemand += weight;
    units += weight;
    places.push({ zone, choice });
  }
  return places;
}

/** The best pool of the emptiest zone that has one. */
function nextChoice(
  { avoid = new Set(), balancedOnly }: LaunchArea,
  allocation: Allocation,
  zones: readonly string[],
  crowd: ReadonlyMap<string, number>,
  placed: readonly Placed[],
  spot: boolean,
): Choice | undefined {
  const order = zones.toSorted((a, b) => (crowd.get(a) ?? 0) - (crowd.get(b) ?? 0));
  for (const zone of balancedOnly ? order.slice(0, 1) : order) {
    if (avoid.has(zone)) continue;
    const offer = chooseOffer(allocation, zone, spot, placed, avoid);
    if (offer) return { zone, spot, weight: offer.weight, offer };
  }
  return undefined;
}
