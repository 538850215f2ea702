/**
 * What a fleet still lacks or has too much of: a pure decision.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-request-type.html
 */
import type { InstanceStateName } from "../instances/records.ts";
import type { Wish } from "./allocate.ts";
import type { FleetMember, FleetRecord } from "./records.ts";

/**
 * "EC2 Fleet checks the health status of the instances in the fleet every two minutes": no sooner does
 * it know that they have ended.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-ec2-fleet.html
 */
const checkEveryMs = 120_000;

export interface SeenMember extends FleetMember {
  /** Undefined once EC2 shows it no longer. */
  state: InstanceStateName | undefined;
  impaired: boolean;
  /** EC2 recommended to replace it. */
  endangered: boolean;
}

export interface FleetPlan {
  wish: Wish;
  terminate: { instanceId: string; why: string }[];
  /** Members whose replacement is there. */
  replaced: string[];
  /** Members that are none any more. */
  lost: SeenMember[];
  state: FleetRecord["state"];
  afterMs?: number;
}

export const isAlive = ({ state }: SeenMember) => state === "pending" || state === "running";

export function unitsOf(members: readonly FleetMember[], spot?: boolean): number {
  return members
    .filter((one) => spot === undefined || one.spot === spot)
    .reduce((sum, { weight }) => sum + weight, 0);
}

export function planFleet(
  fleet: FleetRecord,
  members: readonly SeenMember[],
  nowMs: number,
): FleetPlan {
  const alive = members.filter(isAlive);
  const lost = members.filter(({ state }) => !state || state === "terminated");
  const nothing: FleetPlan = {
    wish: { spotUnits: 0, onDemandUnits: 0 },
    terminate: [],
    replaced: [],
    lost,
    state: fleet.state,
  };
  const ending = (list: readonly SeenMember[], why: string) =>
    list.map(({ instanceId }) => ({ instanceId, why }));
  if (fleet.state === "deleted") return nothing;
  if (fleet.state.startsWith("deleted")) {
    const sinceMs = nowMs - (fleet.endingMs ?? 0);
    if (members.length === lost.length && sinceMs >= checkEveryMs)
      return { ...nothing, state: "deleted" };
    const terminates = fleet.state === "deleted-terminating";
    return {
      ...nothing,
      terminate: terminates ? ending(alive, "the fleet was deleted") : [],
      afterMs: checkEveryMs - (sinceMs % checkEveryMs),
    };
  }
  const { validFromMs = 0, validUntilMs = Infinity } = fleet;
  if (nowMs < validFromMs) return { ...nothing, afterMs: validFromMs - nowMs };
  if (nowMs >= validUntilMs)
    return {
      ...nothing,
      state: fleet.terminateWithExpiration ? "deleted-terminating" : "deleted-running",
    };
  const expiry = Number.isFinite(validUntilMs) ? { afterMs: validUntilMs - nowMs } : {};
  const active = { ...nothing, ...expiry, state: "active" as const };
  const once = {
    spotUnits: Math.max(0, fleet.target.spot - fleet.bought.spot),
    onDemandUnits: Math.max(0, fleet.target.onDemand - fleet.bought.onDemand),
  };
  // An instant fleet is filled while it is being made, and never again.
  if (fleet.type === "instant")
    return fleet.state === "submitted" ? { ...nothing, wish: once } : active;
  if (fleet.type === "request") return { ...active, wish: once };
  return { ...active, ...maintain(fleet, alive, nowMs, active.afterMs) };
}

function maintain(
  fleet: FleetRecord,
  alive: readonly SeenMember[],
  nowMs: number,
  untilMs = Infinity,
): Partial<FleetPlan> {
  const sick = fleet.replaceUnhealthy ? alive.filter(({ impaired }) => impaired) : [];
  const well = alive.filter((one) => !sick.includes(one));
  const leaving = fleet.rebalance ? well.filter(({ endangered }) => endangered) : [];
  const counted = well.filter((one) => !leaving.includes(one));
  const lacking = (spot: boolean, target: number) => Math.max(0, target - unitsOf(counted, spot));
  const wish = {
    spotUnits: lacking(true, fleet.target.spot),
    onDemandUnits: lacking(false, fleet.target.onDemand),
  };
  const terminate = sick.map(({ instanceId }) => ({ instanceId, why: "it was unhealthy" }));
  if (fleet.excess === "termination")
    for (const [spot, target] of [
      [true, fleet.target.spot],
      [false, fleet.target.onDemand],
    ] as const)
      for (const { instanceId } of surplus(counted, spot, target))
        terminate.push({ instanceId, why: "the fleet had more than its target capacity" });
  const { terminateAfterMs } = fleet.rebalance ?? {};
  const dueMs: number[] = [];
  for (const { instanceId, replacedMs } of leaving) {
    if (replacedMs === undefined || terminateAfterMs === undefined) continue;
    if (replacedMs + terminateAfterMs > nowMs) dueMs.push(replacedMs + terminateAfterMs - nowMs);
    else terminate.push({ instanceId, why: "EC2 recommended to replace it" });
  }
  const afterMs = Math.min(untilMs, ...dueMs);
  return {
    wish,
    terminate,
    replaced: leaving
      .filter(({ replacedMs }) => replacedMs === undefined && wish.spotUnits === 0)
      .map(({ instanceId }) => instanceId),
    ...(Number.isFinite(afterMs) && { afterMs }),
  };
}

/** The newest, as long as the target stays reached without them. */
function surplus(counted: readonly SeenMember[], spot: boolean, target: number): SeenMember[] {
  const own = counted
    .filter((one) => one.spot === spot)
    .toSorted((a, b) => b.launchedMs - a.launchedMs);
  let have = unitsOf(own);
  const gone: SeenMember[] = [];
  for (const one of own) {
    if (have - one.weight < target) continue;
    have -= one.weight;
    gone.push(one);
  }
  return gone;
}
