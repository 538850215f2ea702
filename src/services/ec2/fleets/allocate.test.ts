import assert from "node:assert/strict";
import { test } from "node:test";
import { allocate, type Pool } from "./allocate.ts";
import type { FleetMember, FleetRecord, SpotStrategy } from "./records.ts";

const pool = (instanceType: string, changes: Partial<Pool> = {}): Pool => ({
  launch: 0,
  override: 0,
  instanceType,
  zone: "a",
  weight: 1,
  priority: Number.MAX_SAFE_INTEGER,
  onDemandPrice: 1,
  spotPrice: 0.5,
  depth: 5,
  maxSpotPrice: 1,
  onDemand: true,
  spot: true,
  ...changes,
});
const pools = [
  pool("cheap", { spotPrice: 0.1, onDemandPrice: 0.5, depth: 3, priority: 3 }),
  pool("middle", { spotPrice: 0.2, onDemandPrice: 0.6, depth: 8, priority: 2 }),
  pool("deep", { spotPrice: 0.3, onDemandPrice: 0.4, depth: 9, priority: 1 }),
  pool("dear", { spotPrice: 2, onDemandPrice: 3, depth: 10, priority: 0 }),
];
type Fleet = Pick<FleetRecord, "spot" | "onDemand" | "singleType" | "singleZone">;
const fleet = (strategy: SpotStrategy, changes: Partial<Fleet["spot"]> = {}): Fleet => ({
  spot: { strategy, pools: 1, behavior: "terminate", ...changes },
  onDemand: { strategy: "lowest-price" },
  singleType: { spot: false, onDemand: false },
  singleZone: { spot: false, onDemand: false },
});
const spot = (
  of: Fleet,
  units: number,
  from: readonly Pool[] = pools,
  members: readonly FleetMember[] = [],
  closed: readonly string[] = [],
) =>
  Object.fromEntries(
    allocate(
      of,
      from,
      members,
      { spotUnits: units, onDemandUnits: 0 },
      new Set(closed),
    ).purchases.map(({ pool, count }) => [pool.instanceType, count]),
  );

test("each strategy takes what AWS's guide says it takes", () => {
  assert.deepEqual(spot(fleet("lowest-price"), 4), { cheap: 4 });
  assert.deepEqual(spot(fleet("lowest-price", { pools: 2 }), 4), { cheap: 2, middle: 2 });
  // The dear one costs more than its maximum.
  assert.deepEqual(spot(fleet("diversified"), 5), { cheap: 2, middle: 2, deep: 1 });
  assert.deepEqual(spot(fleet("capacity-optimized"), 2), { deep: 2 });
  assert.deepEqual(spot(fleet("capacity-optimized-prioritized"), 2), { deep: 2 });
  assert.deepEqual(spot(fleet("price-capacity-optimized"), 2), { middle: 2 });
});

test("on demand the cheapest is taken, or the first in priority", () => {
  const onDemand = (strategy: "lowest-price" | "prioritized") =>
    allocate(
      { ...fleet("lowest-price"), onDemand: { strategy } },
      pools,
      [],
      { spotUnits: 0, onDemandUnits: 2 },
      new Set(),
    ).purchases.map(({ pool, count }) => [pool.instanceType, count]);
  assert.deepEqual(onDemand("lowest-price"), [["deep", 2]]);
  assert.deepEqual(onDemand("prioritized"), [["dear", 2]]);
});

test("weights count units: the price per unit decides, and the last may exceed the target", () => {
  const weighted = [
    pool("small", { spotPrice: 0.1, weight: 1 }),
    pool("large", { spotPrice: 0.3, weight: 4 }),
  ];
  assert.deepEqual(spot(fleet("lowest-price"), 10, weighted), { large: 3 });
});

test("a budget ends the buying, closed pools are passed over, present ones count", () => {
  assert.deepEqual(spot(fleet("lowest-price", { maxTotalPrice: 0.35 }), 10), { cheap: 3 });
  assert.deepEqual(spot(fleet("lowest-price"), 2, pools, [], ["a/cheap/spot"]), { middle: 2 });
  const member = {
    instanceId: "i-1",
    spot: true,
    weight: 1,
    instanceType: "cheap",
    zone: "a",
    launchedMs: 0,
    launch: 0,
    override: 0,
  };
  assert.deepEqual(spot(fleet("diversified"), 2, pools, [member]), { middle: 1, deep: 1 });
});

test("pools that cost too much are told when there is no other", () => {
  const { purchases, tooDear } = allocate(
    fleet("lowest-price"),
    [pools[3]!],
    [],
    { spotUnits: 1, onDemandUnits: 0 },
    new Set(),
  );
  assert.deepEqual(purchases, []);
  assert.deepEqual(
    tooDear.map(({ instanceType }) => instanceType),
    ["dear"],
  );
});

test("all of one type and one zone are those of the best pool", () => {
  const zones = [
    pool("cheap", { spotPrice: 0.1, zone: "a" }),
    pool("cheap", { spotPrice: 0.2, zone: "b" }),
    pool("other", { spotPrice: 0.3, zone: "a" }),
  ];
  const of = fleet("diversified");
  const single = { spot: true, onDemand: false };
  assert.deepEqual(spot({ ...of, singleType: single, singleZone: single }, 3, zones), { cheap: 3 });
});
