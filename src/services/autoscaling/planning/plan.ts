/**
 * What a group does next about its number of instances: launches and terminations. Pure; how one
 * instance goes through its life is `advance`.
 */
import { causes, joinCauses } from "../causes.ts";
import { selectForTermination, type Candidate } from "./termination.ts";
import { imbalance, spreadLaunches } from "./zones.ts";

export interface DesiredGroup {
  desired: number;
  maxSize: number;
  zones: readonly string[];
  terminationPolicies: readonly string[];
  suspended: ReadonlySet<string>;
  deleting: boolean;
  /** Sentences that explain the latest changes of `desired`. */
  causes: readonly string[];
  /** No launches before this moment. */
  launchAfterMs: number;
  maxLifetimeMs: number | undefined;
}

export interface ActualMember extends Candidate {
  instanceId: string | undefined;
  phase: "pending" | "in-service" | "standby" | "terminating";
  healthy: boolean;
  unhealthyCause: string;
  protected: boolean;
  createdMs: number;
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
  | { kind: "launch"; zone: string; cause: string }
  | { kind: "terminate"; memberId: string; cause: string };

export interface Plan {
  decisions: Decision[];
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
    return { decisions, toldCauses: false, wakeMs: undefined };
  }
  const counted = present.filter(({ phase }) => phase !== "standby");
  let replacements = 0;
  if (may("ReplaceUnhealthy") && may("Terminate"))
    for (const member of counted)
      if (!member.healthy && member.instanceId !== undefined) {
        terminate(member, member.unhealthyCause);
        replacements++;
      }
  const staying = () => counted.filter(({ id }) => !going.has(id));
  let toldCauses = false;

  const surge = refresh ? replaceOutdated(group, staying(), refresh, nowMs, terminate) : 0;
  const aged = ageLimit(group, staying(), nowMs);
  if (aged.member && may("Terminate") && decisions.length === 0)
    terminate(aged.member, causes.aged(nowMs));

  const capacity = staying().length;
  const wanted = Math.max(0, group.desired + surge - capacity);
  const blockedUntil = group.launchAfterMs > nowMs ? group.launchAfterMs : undefined;
  if (wanted > 0 && may("Launch") && blockedUntil === undefined) {
    const zones = spreadLaunches(group.zones, crowdOf(staying()), wanted);
    // What takes the place of a lost instance says so; the rest follows the desired capacity.
    const ordinary = wanted - Math.min(replacements, wanted);
    for (const [index, zone] of zones.entries()) {
      const cause =
        index < ordinary
          ? joinCauses(...group.causes, causes.started(nowMs, capacity, capacity + wanted))
          : causes.replacing(nowMs);
      decisions.push({ kind: "launch", zone, cause });
    }
    toldCauses = ordinary > 0;
  }
  if (capacity > group.desired + surge && may("Terminate")) {
    shrink(group, staying(), capacity - group.desired - surge, nowMs, terminate);
    toldCauses = true;
  }
  if (decisions.length === 0 && !refresh && may("AZRebalance") && may("Launch") && may("Terminate"))
    rebalance(group, staying(), nowMs, decisions);
  if (capacity === group.desired && decisions.length === 0) toldCauses = true;
  return { decisions, toldCauses, wakeMs: earliest(blockedUntil, aged.wakeMs) };
}

function crowdOf(members: readonly ActualMember[]): Map<string, number> {
  const crowd = new Map<string, number>();
  for (const { zone } of members) crowd.set(zone, (crowd.get(zone) ?? 0) + 1);
  return crowd;
}

function shrink(
  group: DesiredGroup,
  staying: ActualMember[],
  excess: number,
  nowMs: number,
  terminate: (member: ActualMember, cause: string) => void,
): void {
  const left = new Map(staying.map((member) => [member.id, member]));
  const capacity = staying.length;
  const shrinking = causes.shrinking(nowMs, capacity, capacity - excess);
  for (let round = 0; round < excess; round++) {
    // Instances that are still starting are not chosen; they are taken once they are in service.
    const candidates = [...left.values()].filter(
      (member) => member.phase === "in-service" && !member.protected,
    );
    const chosen = selectForTermination(
      candidates,
      crowdOf([...left.values()]),
      group.terminationPolicies,
      nowMs,
    );
    const member = chosen && left.get(chosen.id);
    if (!member) return;
    left.delete(member.id);
    const selected = causes.selected(nowMs, member.instanceId ?? member.id);
    terminate(member, joinCauses(...group.causes, shrinking, selected));
  }
}

/** Launches into a poorer zone first; the surplus is then taken from the richest one. */
function rebalance(
  group: DesiredGroup,
  staying: readonly ActualMember[],
  nowMs: number,
  decisions: Decision[],
): void {
  if (staying.some(({ phase }) => phase !== "in-service") || staying.length === 0) return;
  const crowd = crowdOf(staying);
  const { count, into, from } = imbalance(group.zones, crowd);
  if (count === 0) return;
  const removable = staying.some((member) => from.includes(member.zone) && !member.protected);
  if (!removable) return;
  // "Can temporarily exceed the maximum by 10 percent or one instance, whichever is greater."
  const room = Math.max(
    group.maxSize + Math.max(1, Math.floor(group.maxSize / 10)) - staying.length,
    0,
  );
  const zones = spreadLaunches(group.zones, crowd, Math.min(count, room));
  const cause = causes.rebalancing(nowMs, into, from);
  for (const zone of zones) decisions.push({ kind: "launch", zone, cause });
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
  terminate: (member: ActualMember, cause: string) => void,
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
  for (const member of batch.slice(0, limit)) terminate(member, causes.refreshed(nowMs));
  return Math.min(surge, Math.max(0, outdated.length - limit));
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

/** The oldest instance beyond the maximum lifetime, or when the next will be. */
function ageLimit(
  { maxLifetimeMs }: DesiredGroup,
  staying: readonly ActualMember[],
  nowMs: number,
): { member?: ActualMember; wakeMs?: number } {
  if (maxLifetimeMs === undefined || staying.length === 0) return {};
  if (staying.some(({ phase }) => phase !== "in-service")) return {};
  const oldest = staying.reduce((a, b) => (a.createdMs <= b.createdMs ? a : b));
  const dueMs = oldest.createdMs + maxLifetimeMs;
  return dueMs <= nowMs ? { member: oldest } : { wakeMs: dueMs };
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
