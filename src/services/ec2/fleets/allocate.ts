/**
 * Which pools a fleet's missing capacity comes from: a pure decision.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-allocation-strategy.html
 */
import type { FleetMember, FleetRecord, SpotStrategy } from "./records.ts";

/** One instance type in one place, as an override describes it. */
export interface Pool {
  /** Which launch of the fleet, and which of its overrides. */
  launch: number;
  override: number;
  instanceType: string;
  zone: string;
  subnetId?: string;
  weight: number;
  /** The lower, the sooner; last without one. */
  priority: number;
  onDemandPrice: number;
  spotPrice: number;
  depth: number;
  /** Dollars per hour for one instance. */
  maxSpotPrice: number;
  /** Price protection, for types that were found by their attributes. */
  onDemand: boolean;
  spot: boolean;
}

export interface Purchase {
  pool: Pool;
  spot: boolean;
  count: number;
}

export interface Wish {
  spotUnits: number;
  onDemandUnits: number;
}

export interface Allocated {
  purchases: Purchase[];
  /** Pools that would have been taken but cost too much. */
  tooDear: Pool[];
}

/** Pools whose depth is as good as the best; the measure that decides has ten steps. */
const nearlyAsDeep = 2;

export function placeOf(pool: { instanceType: string; zone: string }, spot: boolean): string {
  return `${pool.zone}/${pool.instanceType}/${spot ? "spot" : "on-demand"}`;
}

/** `closed` are places that had no capacity a moment ago, as `placeOf` names them. */
export function allocate(
  fleet: Pick<FleetRecord, "spot" | "onDemand" | "singleType" | "singleZone">,
  pools: readonly Pool[],
  members: readonly FleetMember[],
  wish: Wish,
  closed: ReadonlySet<string>,
): Allocated {
  const open = (spot: boolean) =>
    pools.filter((pool) => (spot ? pool.spot : pool.onDemand) && !closed.has(placeOf(pool, spot)));
  const affordable = open(true).filter((pool) => pool.spotPrice <= pool.maxSpotPrice);
  const { strategy, pools: most } = fleet.spot;
  const spotChoice = (among: readonly Pool[], held: (pool: Pool) => number) =>
    chooseSpot(among, strategy, most, held);
  const purchases = [
    ...buy(
      narrowed(open(false), fleet.singleType.onDemand, fleet.singleZone.onDemand, (among) =>
        chooseOnDemand(among, fleet.onDemand.strategy),
      ),
      false,
      wish.onDemandUnits,
      fleet.onDemand.maxTotalPrice,
      members,
      (among) => chooseOnDemand(among, fleet.onDemand.strategy),
    ),
    ...buy(
      narrowed(affordable, fleet.singleType.spot, fleet.singleZone.spot, (among) =>
        spotChoice(among, () => 0),
      ),
      true,
      wish.spotUnits,
      fleet.spot.maxTotalPrice,
      members,
      spotChoice,
    ),
  ];
  const tooDear =
    wish.spotUnits > 0 && affordable.length === 0
      ? open(true).filter((pool) => pool.spotPrice > pool.maxSpotPrice)
      : [];
  return { purchases, tooDear };
}

/** All of one type, in one zone: those of the best pool. */
function narrowed(
  pools: readonly Pool[],
  type: boolean,
  zone: boolean,
  choose: (among: readonly Pool[]) => Pool | undefined,
): readonly Pool[] {
  const best = type || zone ? choose(pools) : undefined;
  if (!best) return pools;
  return pools.filter(
    (pool) =>
      (!type || pool.instanceType === best.instanceType) && (!zone || pool.zone === best.zone),
  );
}

/** Instances until the units are reached: the last may exceed them. */
function buy(
  pools: readonly Pool[],
  spot: boolean,
  units: number,
  maxTotalPrice: number | undefined,
  members: readonly FleetMember[],
  choose: (among: readonly Pool[], held: (pool: Pool) => number) => Pool | undefined,
): Purchase[] {
  const bought: Purchase[] = [];
  const price = (pool: Pool) => (spot ? pool.spotPrice : pool.onDemandPrice);
  const inPool = (pool: Pool, one: { instanceType: string; zone: string }) =>
    pool.instanceType === one.instanceType && pool.zone === one.zone;
  const held = (pool: Pool) =>
    members.filter((one) => one.spot === spot && inPool(pool, one)).length +
    (bought.find((one) => one.pool === pool)?.count ?? 0);
  let spent = members
    .filter((one) => one.spot === spot)
    .reduce((sum, one) => sum + price(pools.find((pool) => inPool(pool, one)) ?? free), 0);
  for (let got = 0; got < units;) {
    const within = pools.filter((pool) => spent + price(pool) <= (maxTotalPrice ?? Infinity));
    const pool = choose(within, held);
    if (!pool) break;
    const present = bought.find((one) => one.pool === pool);
    if (present) present.count++;
    else bought.push({ pool, spot, count: 1 });
    got += pool.weight;
    spent += price(pool);
  }
  return bought;
}

const free = { spotPrice: 0, onDemandPrice: 0 } as Pool;

function chooseOnDemand(
  pools: readonly Pool[],
  strategy: "lowest-price" | "prioritized",
): Pool | undefined {
  if (strategy === "prioritized") return lowest(pools, ({ priority }) => priority);
  return lowest(pools, ({ onDemandPrice, weight }) => onDemandPrice / weight);
}

function chooseSpot(
  pools: readonly Pool[],
  strategy: SpotStrategy,
  poolsToUse: number,
  held: (pool: Pool) => number,
): Pool | undefined {
  const price = ({ spotPrice, weight }: Pool) => spotPrice / weight;
  const best = Math.max(...pools.map(({ depth }) => depth));
  const deep = pools.filter(({ depth }) => depth >= best - nearlyAsDeep);
  const cheapest = pools.toSorted((a, b) => price(a) - price(b));
  switch (strategy) {
    case "lowest-price":
      return lowest(cheapest.slice(0, poolsToUse), held);
    case "diversified":
      return lowest(cheapest, held);
    case "capacity-optimized":
      return lowest(cheapest, ({ depth }) => -depth);
    case "capacity-optimized-prioritized":
      return lowest(deep, ({ priority }) => priority);
    case "price-capacity-optimized":
      return lowest(deep, price);
  }
}

/** The first of those with the lowest measure. */
function lowest(pools: readonly Pool[], measure: (pool: Pool) => number): Pool | undefined {
  let best: Pool | undefined;
  for (const pool of pools) if (!best || measure(pool) < measure(best)) best = pool;
  return best;
}
