/**
 * Which instance type a mixed instances policy takes next, and whether on demand or on the Spot
 * market. Pure.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
 */
import type { Distribution, LaunchTemplateRef } from "../launch/launch-records.ts";

/** One way to launch: an instance type as an override describes it. */
export interface Offer {
  instanceType: string;
  weight: number;
  /** Place in the list of overrides; the first is preferred. */
  rank: number;
  launchTemplate?: LaunchTemplateRef;
  imageId?: string;
  /** Dollars per hour. */
  onDemandPrice: number;
  /** False where price protection leaves the type out. */
  onDemand: boolean;
  /** By zone; zones where price protection leaves the type out are missing. */
  spot: ReadonlyMap<string, { price: number; depth: number }>;
}

export interface Allocation {
  distribution: Distribution;
  offers: readonly Offer[];
}

/** What counts of an instance here. */
export interface Placed {
  zone: string;
  weight?: number | undefined;
  spot?: boolean | undefined;
  instanceType?: string | undefined;
}

export interface Choice {
  zone: string;
  spot: boolean;
  weight: number;
  offer: Offer;
}

export const unitsOf = ({ weight }: { weight?: number | undefined }) => weight ?? 1;

/** Pools without capacity are written so: "us-east-1a/m5.large/spot". */
export const poolKey = (zone: string, instanceType: string, spot: boolean) =>
  `${zone}/${instanceType}/${spot ? "spot" : "on-demand"}`;

/**
 * Units of the capacity that are to be on demand: the base, and the percentage of what is above,
 * "rounded up to the next integer in favor of On-Demand Instances".
 */
export function onDemandTarget(capacity: number, distribution: Distribution): number {
  const { onDemandBase, onDemandPercentAboveBase } = distribution;
  const base = Math.min(capacity, onDemandBase);
  return base + Math.ceil(((capacity - base) * onDemandPercentAboveBase) / 100);
}

export function onDemandUnits(members: readonly Placed[]): number {
  return members.reduce((sum, one) => sum + (one.spot ? 0 : unitsOf(one)), 0);
}

/** Pools whose depth is as good as the best; the measure that decides has ten steps. */
const nearlyAsDeep = 2;

const perUnit = (price: number, { weight }: Offer) => price / weight;

/** The best offer for the zone, or undefined when no pool has capacity. */
export function chooseOffer(
  { distribution, offers }: Allocation,
  zone: string,
  spot: boolean,
  present: readonly Placed[],
  avoid: ReadonlySet<string>,
): Offer | undefined {
  const open = offers.filter(
    (offer) =>
      (spot ? offer.spot.has(zone) : offer.onDemand) &&
      !avoid.has(poolKey(zone, offer.instanceType, spot)),
  );
  const ranked = open.toSorted((a, b) => a.rank - b.rank);
  if (!spot) {
    if (distribution.onDemandStrategy === "prioritized") return ranked[0];
    return lowest(ranked, (offer) => perUnit(offer.onDemandPrice, offer));
  }
  const price = (offer: Offer) => perUnit(offer.spot.get(zone)!.price, offer);
  const depth = (offer: Offer) => offer.spot.get(zone)!.depth;
  const best = Math.max(...ranked.map(depth));
  switch (distribution.spotStrategy) {
    case "capacity-optimized":
      return lowest(ranked, (offer) => -depth(offer));
    case "capacity-optimized-prioritized":
      return ranked.find((offer) => depth(offer) >= best - nearlyAsDeep);
    case "price-capacity-optimized":
      return lowest(
        ranked.filter((offer) => depth(offer) >= best - nearlyAsDeep),
        price,
      );
    case "lowest-price": {
      const cheapest = ranked
        .toSorted((a, b) => price(a) - price(b))
        .slice(0, distribution.spotPools ?? 2);
      const held = (offer: Offer) =>
        present.filter(
          (one) => one.zone === zone && one.spot && one.instanceType === offer.instanceType,
        ).length;
      return lowest(cheapest, held);
    }
  }
}

function lowest(offers: readonly Offer[], measure: (offer: Offer) => number): Offer | undefined {
  let best: Offer | undefined;
  for (const offer of offers) if (!best || measure(offer) < measure(best)) best = offer;
  return best;
}

/**
 * How far an instance is from what its allocation strategy would take now: 0 where it fits best, and
 * whatever has the highest number goes first.
 */
export function misfit({ distribution, offers }: Allocation, member: Placed): number {
  const { zone, spot = false, instanceType } = member;
  const offer = offers.find((one) => one.instanceType === instanceType);
  if (!spot) {
    // "Does not honor the lowest-price strategy for On-Demand Instances" when it terminates.
    if (distribution.onDemandStrategy === "lowest-price") return 0;
    return offer ? offer.rank : offers.length;
  }
  const pool = offer?.spot.get(zone);
  if (!offer || !pool) return Number.MAX_SAFE_INTEGER;
  const pools = offers.filter((one) => one.spot.has(zone));
  const price = (one: Offer) => perUnit(one.spot.get(zone)!.price, one);
  const best = Math.max(...pools.map((one) => one.spot.get(zone)!.depth));
  switch (distribution.spotStrategy) {
    case "capacity-optimized":
      return best - pool.depth;
    case "capacity-optimized-prioritized":
      return pool.depth >= best - nearlyAsDeep ? offer.rank : offers.length + best - pool.depth;
    case "price-capacity-optimized":
      return pool.depth >= best - nearlyAsDeep ? 0 : best - pool.depth;
    case "lowest-price": {
      const cheaper = pools.filter((one) => price(one) < price(offer)).length;
      return Math.max(0, cheaper - ((distribution.spotPools ?? 2) - 1));
    }
  }
}

/**
 * Whether the next instance to go is a Spot Instance: the purchase option that stays at or above its
 * share without it. `after` is the capacity that is wanted.
 */
export function spotGoes(
  { distribution }: Allocation,
  staying: readonly Placed[],
  after: number,
): boolean {
  const onDemand = staying.filter(({ spot }) => !spot);
  if (onDemand.length === staying.length) return false;
  const smallest = Math.min(...onDemand.map(unitsOf));
  return onDemandUnits(onDemand) - smallest < onDemandTarget(after, distribution);
}
