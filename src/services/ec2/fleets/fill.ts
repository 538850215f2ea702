/** One pass over a fleet: looks, ends what is too much, launches what is missing. */
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { asService } from "#services/kit/principal.ts";
import type { LaunchContext } from "../context.ts";
import { darkZones } from "../faults/records.ts";
import { newId } from "../ids.ts";
import { launch } from "../instances/operations/run-instances.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { prepare } from "../instances/run/blueprint.ts";
import { whenTerminated } from "../instances/states.ts";
import { interruptions, spotRequests } from "../spot/records.ts";
import { allocate, placeOf, type Pool, type Purchase, type Wish } from "./allocate.ts";
import { requestOf } from "./launch-request.ts";
import { planFleet, type FleetPlan, type SeenMember } from "./plan.ts";
import { poolsOf } from "./pools.ts";
import {
  fleetMembers,
  fleetOfInstance,
  fleets,
  note,
  type FleetProblem,
  type FleetRecord,
} from "./records.ts";

/** A pass that could not launch everything is repeated then. */
const retryMs = 60_000;
/** How many pools that have nothing are tried in one pass. */
const mostAttempts = 20;

/** What a member needs of its fleet's service. */
export function fleetContext(
  env: Pick<LaunchContext, "store" | "clock" | "random" | "clients">,
  scope: Scope,
  { kind }: Pick<FleetRecord, "kind">,
): LaunchContext {
  const service = kind === "ec2-fleet" ? "ec2fleet.amazonaws.com" : "spotfleet.amazonaws.com";
  const { store, clock, random, clients } = env;
  return { ...asService(scope, service), store, clock, random, clients };
}

/** Gives when to look again. */
export async function passOver(
  context: LaunchContext,
  fleetId: string,
): Promise<{ afterMs?: number }> {
  const { store, clock } = context;
  const nowMs = clock.now();
  const found = await store.transaction(async (tx) => {
    const fleet = await fleets.get(tx, context, fleetId);
    if (!fleet) return undefined;
    const members = await seenMembers(tx, context, fleetId);
    const plan = planFleet(fleet, members, nowMs);
    const written = await write(tx, context, fleet, plan, nowMs);
    return { fleet: written, plan, members };
  });
  if (!found) return {};
  const { fleet, plan, members } = found;
  const wanted = plan.wish.spotUnits + plan.wish.onDemandUnits;
  const next = plan.afterMs === undefined ? {} : { afterMs: plan.afterMs };
  const filling = fleet.type === "instant" && fleet.state === "submitted";
  if (wanted === 0 && !filling) return next;
  if (fleet.retryMs !== undefined && fleet.retryMs > nowMs)
    return { afterMs: Math.min(fleet.retryMs - nowMs, plan.afterMs ?? Infinity) };
  const problems = await buyWhatIsMissing(context, fleet, plan.wish, members);
  await store.transaction(async (tx) => {
    const now = await fleets.get(tx, context, fleetId);
    if (!now) return;
    const { retryMs: _before, ...rest } = now;
    const lacks = problems.length > 0;
    if (!lacks && now.retryMs === undefined && !filling) return;
    fleets.put(tx, context, [fleetId], {
      ...rest,
      ...(filling ? { state: "active" } : lacks && { retryMs: nowMs + retryMs }),
      problems,
    });
    for (const { code, message } of problems)
      await note(tx, context, fleetId, {
        atMs: nowMs,
        type: "service-error",
        subType: code,
        description: message,
      });
  });
  return problems.length > 0 && !filling
    ? { afterMs: Math.min(retryMs, plan.afterMs ?? Infinity) }
    : next;
}

export async function seenMembers(
  tx: Transaction,
  scope: Scope,
  fleetId: string,
): Promise<SeenMember[]> {
  const seen: SeenMember[] = [];
  for (const member of await fleetMembers.list(tx, scope, [fleetId])) {
    const instance = await instances.get(tx, scope, member.instanceId);
    const interruption = await interruptions.get(tx, scope, member.instanceId);
    seen.push({
      ...member,
      state: instance?.state,
      impaired: instance?.machine.impairedMs !== undefined,
      endangered: interruption?.told.rebalance ?? false,
    });
  }
  return seen;
}

async function write(
  tx: Transaction,
  scope: Scope,
  fleet: FleetRecord,
  plan: FleetPlan,
  nowMs: number,
): Promise<FleetRecord> {
  const { fleetId } = fleet;
  for (const { instanceId } of plan.lost) {
    fleetMembers.delete(tx, scope, fleetId, instanceId);
    fleetOfInstance.delete(tx, scope, instanceId);
    await note(tx, scope, fleetId, {
      atMs: nowMs,
      type: "instance-change",
      subType: "terminated",
      instanceId,
    });
  }
  for (const instanceId of plan.replaced) {
    const member = await fleetMembers.get(tx, scope, fleetId, instanceId);
    if (member)
      fleetMembers.put(tx, scope, [fleetId, instanceId], { ...member, replacedMs: nowMs });
  }
  for (const { instanceId, why } of plan.terminate) {
    const instance = await instances.get(tx, scope, instanceId);
    if (!instance) continue;
    changeInstance(tx, scope, instance, whenTerminated(instance, nowMs));
    await note(tx, scope, fleetId, {
      atMs: nowMs,
      type: "instance-change",
      subType: "termination_notified",
      description: why,
      instanceId,
    });
  }
  if (plan.state === fleet.state) return fleet;
  const changed = {
    ...fleet,
    state: plan.state,
    ...(plan.state.startsWith("deleted-") && { endingMs: nowMs }),
    ...(plan.state === "deleted" && { deletedMs: nowMs }),
  };
  fleets.put(tx, scope, [fleetId], changed);
  await note(tx, scope, fleetId, {
    atMs: nowMs,
    type: "fleet-change",
    subType: plan.state.replace("-", "_"),
  });
  return changed;
}

async function buyWhatIsMissing(
  context: LaunchContext,
  fleet: FleetRecord,
  wish: Wish,
  members: readonly SeenMember[],
): Promise<FleetProblem[]> {
  let pools: Pool[];
  try {
    pools = await poolsOf(context, fleet);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [problemOf(error, { launch: 0, override: 0, instanceType: "", zone: "" }, false)];
  }
  const problems: FleetProblem[] = [];
  const dark = await context.store.transaction((tx) => darkZones(tx, context));
  const closed = new Set(
    pools
      .filter(({ zone }) => dark.has(zone))
      .flatMap((pool) => [placeOf(pool, true), placeOf(pool, false)]),
  );
  let left = wish;
  const present = [...members];
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (left.spotUnits <= 0 && left.onDemandUnits <= 0) return problems;
    const { purchases, tooDear } = allocate(fleet, pools, present, left, closed);
    if (attempt === 0 && !reachesMinimum(fleet, purchases)) {
      problems.push(...lacking(pools, "the minimum target capacity"));
      return problems;
    }
    for (const pool of tooDear.slice(0, 3))
      problems.push({
        ...named(pool, true),
        code: "SpotMaxPriceTooLow",
        message: `Your Spot request price of ${pool.maxSpotPrice} is lower than the minimum required Spot request fulfillment price of ${pool.spotPrice}.`,
      });
    if (purchases.length === 0) {
      if (problems.length === 0) problems.push(...lacking(pools, "your request"));
      return problems;
    }
    for (const purchase of purchases) {
      const bought = await buy(context, fleet.fleetId, purchase);
      if ("problem" in bought) {
        problems.push(bought.problem);
        closed.add(placeOf(purchase.pool, purchase.spot));
        continue;
      }
      present.push(...bought.members);
      left = bought.left;
    }
  }
  return problems;
}

/** "If the minimum target capacity is not reached, the fleet launches no instances." */
function reachesMinimum(
  { type, spot, onDemand, bought }: FleetRecord,
  purchases: Purchase[],
): boolean {
  if (type !== "instant") return true;
  const units = (ofSpot: boolean) =>
    purchases
      .filter((one) => one.spot === ofSpot)
      .reduce((sum, { pool, count }) => sum + pool.weight * count, 0);
  return (
    bought.spot + units(true) >= (spot.minTarget ?? 0) &&
    bought.onDemand + units(false) >= (onDemand.minTarget ?? 0)
  );
}

const named = ({ launch, override, instanceType, zone }: Pool, spot: boolean) => ({
  launch,
  override,
  instanceType,
  zone,
  spot,
});

function lacking(pools: readonly Pool[], what: string): FleetProblem[] {
  const [first] = pools;
  return [
    {
      launch: first?.launch ?? 0,
      override: first?.override ?? 0,
      instanceType: first?.instanceType ?? "",
      zone: first?.zone ?? "",
      spot: false,
      code: "UnfulfillableCapacity",
      message: `Unable to fulfill capacity due to your request configuration. No pool has the capacity for ${what}.`,
    },
  ];
}

function problemOf(
  { code, message }: AwsError,
  at: Omit<FleetProblem, "code" | "message" | "spot">,
  spot: boolean,
): FleetProblem {
  return { ...at, spot, code, message };
}

interface Bought {
  members: SeenMember[];
  /** What the fleet lacks now. */
  left: Wish;
}

const nothingLeft: Wish = { spotUnits: 0, onDemandUnits: 0 };

/**
 * Launches, and writes down in the same transaction that these are the fleet's. Two passes may be
 * under way at once, so each buys no more than is missing at that moment.
 */
async function buy(
  context: LaunchContext,
  fleetId: string,
  { pool, spot, count }: Purchase,
): Promise<Bought | { problem: FleetProblem }> {
  const { store, clock, random } = context;
  const nowMs = clock.now();
  try {
    const fleet = await store.transaction((tx) => fleets.get(tx, context, fleetId));
    if (!fleet || fleet.state.startsWith("deleted")) return { members: [], left: nothingLeft };
    const request = await store.transaction((tx) =>
      requestOf(tx, context, fleet, pool, spot, count),
    );
    const prepared = await prepare(context, request);
    return await store.transaction(async (tx) => {
      const now = await fleets.get(tx, context, fleetId);
      if (!now) return { members: [], left: nothingLeft };
      const { wish } = planFleet(now, await seenMembers(tx, context, fleetId), nowMs);
      const units = spot ? wish.spotUnits : wish.onDemandUnits;
      if (units <= 0) return { members: [], left: wish };
      const counts = { least: 1, most: Math.min(count, Math.ceil(units / pool.weight)) };
      const rows = await launch(tx, context, request, prepared, counts, newId(random, "r"));
      const members: SeenMember[] = [];
      for (const { record } of rows) {
        const { instanceId, spotRequestId, zone, instanceType, state } = record;
        const member = {
          instanceId,
          spot,
          ...(spotRequestId !== undefined && { spotRequestId }),
          weight: pool.weight,
          instanceType,
          zone,
          launchedMs: nowMs,
          launch: pool.launch,
          override: pool.override,
          ...(request.template && { template: request.template }),
        };
        fleetMembers.put(tx, context, [fleetId, instanceId], member);
        fleetOfInstance.put(tx, context, [instanceId], { fleetId });
        const made =
          spotRequestId === undefined
            ? undefined
            : await spotRequests.get(tx, context, spotRequestId);
        if (made) spotRequests.put(tx, context, [made.requestId], { ...made, fleetId });
        members.push({ ...member, state, impaired: false, endangered: false });
        await note(tx, context, fleetId, {
          atMs: nowMs,
          type: "instance-change",
          subType: "launched",
          instanceId,
          description: JSON.stringify({ instanceType, availabilityZone: zone }),
        });
      }
      const got = members.reduce((sum, { weight }) => sum + weight, 0);
      const kind = spot ? "spot" : "onDemand";
      fleets.put(tx, context, [fleetId], {
        ...now,
        bought: { ...now.bought, [kind]: now.bought[kind] + got },
      });
      const left = {
        spotUnits: wish.spotUnits - (spot ? got : 0),
        onDemandUnits: wish.onDemandUnits - (spot ? 0 : got),
      };
      return { members, left };
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { problem: problemOf(error, named(pool, spot), spot) };
  }
}
