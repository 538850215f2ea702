/**
 * What a group does next about its number of instances: launches and terminations. Pure; how one
 * instance goes through its life is `advance`.
 */
import { causes, joinCauses } from "../causes.ts";
import {
  onDemandTarget,
  onDemandUnits,
  unitsOf,
  type Allocation,
  type Choice,
} from "./allocation.ts";
import { consenting, type Ask, type Consent } from "./consent.ts";
import { crowdOf, openZones, placeLaunches } from "./launches.ts";
import { replacements } from "./replace.ts";
import { shrink, type Parting } from "./shrink.ts";
import type { Candidate } from "./termination.ts";
import { sizeWarmPool, warmStarts, warmTarget, type WarmDesire } from "./warm.ts";
import { imbalance } from "./zones.ts";

export interface DesiredGroup {
  desired: number;
  maxSize: number;
  zones: readonly string[];
  terminationPolicies: readonly string[];
  /** What the first policy, a function, has answered; undefined for other policies. */
  consent?: Consent;
  suspended: ReadonlySet<string>;
  deleting: boolean;
  /** Sentences that explain the latest changes of `desired`. */
  causes: readonly string[];
  /** No launches before this moment. */
  launchAfterMs: number;
  maxLifetimeMs: number | undefined;
  /** With a mixed instances policy. */
  allocation?: Allocation;
  /** Zones and pools that had no capacity a moment ago. */
  avoid?: ReadonlySet<string>;
  balancedOnly?: boolean;
  /** Zones that the group is shifted away from; they are to be avoided as well. */
  shifted?: ReadonlySet<string>;
  /** What is unhealthy in a zone that the group is shifted away from stays. */
  ignoreUnhealthy?: boolean;
  maintenance?: { minHealthyPercent: number; maxHealthyPercent: number };
  warm?: WarmDesire;
}

export interface ActualMember extends Candidate {
  instanceId: string | undefined;
  phase: "pending" | "in-service" | "standby" | "terminating" | "warm-pending" | "warm-ready";
  healthy: boolean;
  unhealthyCause: string;
  /** Its instance runs no longer. */
  dead?: boolean;
  /** EC2 recommends to replace it, and the group follows. */
  endangered?: true;
  protected: boolean;
  createdMs: number;
  weight?: number;
  spot?: boolean;
  instanceType?: string;
}

export interface RefreshView {
  /** Members that are to be replaced, still present. */
  outdated: ReadonlySet<string>;
  minHealthyPercent: number;
  maxHealthyPercent: number;
  /** Members in service that have warmed up and pass their health checks. */
  ready: ReadonlySet<string>;
}

export type Decision =
  | { kind: "launch"; zone: string; cause: string; choice?: Choice; warm?: true }
  /** Out of the warm pool into service. */
  | { kind: "start"; memberId: string; cause: string }
  /** Out of service into the warm pool. */
  | { kind: "return"; memberId: string; cause: string }
  | { kind: "terminate"; memberId: string; cause: string };

export interface Plan {
  decisions: Decision[];
  /** What the group's function is to be asked before more can go. */
  asks: Ask[];
  /** True when the sentences of `causes` were told and can be forgotten. */
  toldCauses: boolean;
  /** Look again at this moment even if nothing happens. */
  wakeMs: number | undefined;
}

export function plan(
  group: DesiredGroup,
  members: readonly ActualMember[],
  refresh: RefreshView | undefined,
  nowMs: number,
): Plan {
  const may = (process: string) => !group.suspended.has(process);
  const decisions: Decision[] = [];
  const asks: Ask[] = [];
  const going = new Set<string>();
  const terminate = (member: ActualMember, cause: string) => {
    going.add(member.id);
    decisions.push({ kind: "terminate", memberId: member.id, cause });
  };
  const present = members.filter(({ phase }) => phase !== "terminating");
  if (group.deleting) {
    // What EC2 was asked for and has not answered yet is terminated once it is known.
    for (const member of present)
      if (member.instanceId !== undefined) terminate(member, joinCauses(...group.causes));
    return { decisions, asks, toldCauses: false, wakeMs: undefined };
  }
  const warm = present.filter(({ phase }) => phase.startsWith("warm"));
  const counted = present.filter(({ phase }) => phase !== "standby" && !phase.startsWith("warm"));
  const replacing = replacements(group, counted, nowMs, asks);
  for (const { member, cause } of replacing.gone) terminate(member, cause);
  const staying = () => counted.filter(({ id }) => !going.has(id));
  let toldCauses = false;

  const refreshSurge = refresh
    ? replaceOutdated(group, staying(), refresh, nowMs, { asks, terminate })
    : 0;
  const whole = group.desired + Math.max(refreshSurge, replacing.surge);
  const left = staying();
  const capacity = unitsIn(left);
  const wanted = Math.max(0, whole - capacity);
  const blockedUntil = group.launchAfterMs > nowMs ? group.launchAfterMs : undefined;
  if (wanted > 0 && may("Launch") && blockedUntil === undefined) {
    const starting = warmStarts(warm, left, wanted);
    for (const { id } of starting) going.add(id);
    const present = [...left, ...starting];
    const places = placeLaunches(group, present, wanted - unitsIn(starting), whole);
    const launched =
      unitsIn(starting) + places.reduce((sum, { choice }) => sum + (choice?.weight ?? 1), 0);
    // What takes the place of a lost instance says so; the rest follows the desired capacity.
    const ordinary = wanted - Math.min(Math.max(replacing.unhealthy, replacing.surge), wanted);
    const started = joinCauses(
      ...group.causes,
      causes.started(nowMs, capacity, capacity + launched),
    );
    let units = 0;
    const cause = (weight = 1) => {
      units += weight;
      if (units - weight < ordinary) return started;
      return replacing.recommended ? causes.recommended(nowMs) : causes.replacing(nowMs);
    };
    for (const member of starting)
      decisions.push({ kind: "start", memberId: member.id, cause: cause(unitsOf(member)) });
    for (const { zone, choice } of places)
      decisions.push({
        kind: "launch",
        zone,
        cause: cause(choice?.weight),
        ...(choice && { choice }),
      });
    toldCauses = ordinary > 0 && launched > 0;
  }
  let returning = 0;
  if (capacity > whole && may("Terminate")) {
    const room = group.warm?.reuse
      ? warmTarget(group.warm, group) - unitsIn(warm.filter(({ id }) => !going.has(id)))
      : 0;
    const goes = (member: ActualMember, cause: string) => {
      if (returning >= room) return terminate(member, cause);
      returning += unitsOf(member);
      going.add(member.id);
      decisions.push({ kind: "return", memberId: member.id, cause });
    };
    shrink(group, left, whole, nowMs, { asks, terminate: goes });
    toldCauses = true;
  }
  if (decisions.length === 0 && !refresh && may("Launch") && blockedUntil === undefined) {
    if (may("AZRebalance")) rebalance(group, staying(), nowMs, { asks, decisions });
    if (decisions.length === 0) rebalanceOptions(group, staying(), nowMs, decisions);
  }
  if (capacity === group.desired && decisions.length === 0) toldCauses = true;
  if (group.warm || warm.length > 0) {
    const pool = warm.filter(({ id }) => !going.has(id));
    decisions.push(...sizeWarmPool(group, pool, returning, nowMs));
  }
  return { decisions, asks, toldCauses, wakeMs: earliest(blockedUntil, replacing.wakeMs) };
}

function unitsIn(members: readonly ActualMember[]): number {
  return members.reduce((sum, member) => sum + unitsOf(member), 0);
}

/** "Can temporarily exceed the maximum by 10 percent or one instance, whichever is greater." */
function roomAbove({ maxSize }: DesiredGroup, staying: readonly ActualMember[]): number {
  return Math.max(maxSize + Math.max(1, Math.floor(maxSize / 10)) - unitsIn(staying), 0);
}

/** Launches into a poorer zone first; the surplus is then taken from the richest one. */
function rebalance(
  group: DesiredGroup,
  staying: readonly ActualMember[],
  nowMs: number,
  { asks, decisions }: { asks: Ask[]; decisions: Decision[] },
): void {
  if (staying.some(({ phase }) => phase !== "in-service") || staying.length === 0) return;
  // A zone without capacity neither gets nor loses instances.
  const zones = openZones(group);
  if (zones.length === 0) return;
  const movable = staying.filter(({ zone }) => !group.avoid?.has(zone));
  const { count, into, from } = imbalance(zones, crowdOf(movable));
  // With weights no more even distribution may be possible.
  const lightest = Math.min(...(group.allocation?.offers.map(unitsOf) ?? [1]));
  if (count < lightest) return;
  const removable = staying.filter((member) => from.includes(member.zone) && !member.protected);
  // "First, it invokes your function to see if there are instances that are ready to be terminated."
  const ask = { cause: "REBALANCE" as const, units: count, of: removable };
  if (consenting(group, ask, asks).length === 0) return;
  const room = roomAbove(group, staying);
  const area = { ...group, zones: zones.filter((zone) => into.includes(zone)) };
  const wanted = Math.min(count, room);
  const cause = causes.rebalancing(nowMs, into, from);
  for (const { zone, choice } of placeLaunches(area, staying, wanted, group.desired + wanted))
    decisions.push({ kind: "launch", zone, cause, ...(choice && { choice }) });
}

/**
 * "If you change how many Spot or On-Demand Instances you want, Amazon EC2 Auto Scaling gradually
 * replaces existing instances to match the new purchase options": what is missing is launched, and
 * what is too much of the other option goes.
 */
function rebalanceOptions(
  group: DesiredGroup,
  staying: readonly ActualMember[],
  nowMs: number,
  decisions: Decision[],
): void {
  const { allocation } = group;
  if (!allocation || staying.some(({ phase }) => phase !== "in-service")) return;
  const missing = onDemandTarget(group.desired, allocation.distribution) - onDemandUnits(staying);
  const spot = missing < 0;
  const others = staying.filter((member) => (member.spot ?? false) !== spot && !member.protected);
  const smallest = Math.min(...others.map(unitsOf));
  if (Math.abs(missing) < Math.max(smallest, ...allocation.offers.map(unitsOf))) return;
  const room = Math.min(roomAbove(group, staying), Math.max(1, Math.floor(group.desired / 10)));
  const capacity = spot ? 0 : Number.MAX_SAFE_INTEGER;
  const all = { ...allocation.distribution, onDemandBase: capacity, onDemandPercentAboveBase: 0 };
  const area = { ...group, allocation: { ...allocation, distribution: all } };
  const wanted = Math.min(Math.abs(missing), room);
  const cause = causes.repurchasing(nowMs, spot ? "Spot" : "On-Demand");
  for (const { zone, choice } of placeLaunches(area, staying, wanted, capacity))
    decisions.push({ kind: "launch", zone, cause, ...(choice && { choice }) });
}

/**
 * Takes outdated instances out as far as the refresh allows; gives how many to launch beyond the
 * desired capacity before any goes.
 */
function replaceOutdated(
  group: DesiredGroup,
  staying: readonly ActualMember[],
  refresh: RefreshView,
  nowMs: number,
  { asks, terminate }: Parting,
): number {
  const outdated = staying.filter(({ id }) => refresh.outdated.has(id));
  if (outdated.length === 0) return 0;
  const surge = surgeOf(group.desired, refresh);
  const ready = staying.filter(({ id }) => refresh.ready.has(id));
  const needed = Math.ceil((group.desired * refresh.minHealthyPercent) / 100);
  // Without room above the desired capacity at least one instance is replaced at a time.
  const floor = surge > 0 ? needed : Math.min(needed, group.desired - 1);
  const settled = staying.length >= group.desired + Math.min(surge, outdated.length);
  if (surge > 0 && !settled) return Math.min(surge, outdated.length);
  const unready = outdated.filter(({ id }) => !refresh.ready.has(id));
  const spare = Math.max(0, ready.length - floor);
  const batch = [...unready, ...outdated.filter(({ id }) => refresh.ready.has(id)).slice(0, spare)];
  const limit = surge > 0 ? Math.min(batch.length, Math.max(surge, spare)) : batch.length;
  const ask = { cause: "INSTANCE_REFRESH" as const, units: limit, of: batch };
  const gone = consenting(group, ask, asks).slice(0, limit);
  for (const member of gone) terminate(member, causes.refreshed(nowMs));
  return Math.min(surge, Math.max(0, outdated.length - gone.length));
}

/** How many instances a refresh may have beyond the desired capacity. */
function surgeOf(
  desired: number,
  {
    minHealthyPercent,
    maxHealthyPercent,
  }: Pick<RefreshView, "minHealthyPercent" | "maxHealthyPercent">,
): number {
  if (maxHealthyPercent <= 100 && minHealthyPercent < 100) return 0;
  return Math.max(1, Math.floor((desired * (maxHealthyPercent - 100)) / 100));
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
