/** Changes of a group's desired capacity, always with the sentence that explains them. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { groupNotFound } from "../errors.ts";
import { groups, members, type GroupRecord, type MemberRecord } from "../records.ts";

export async function getGroup(tx: Transaction, scope: Scope, name: string): Promise<GroupRecord> {
  const group = await groups.get(tx, scope, name);
  if (!group) throw groupNotFound(name);
  return group;
}

export function membersOf(tx: Transaction, scope: Scope, group: string): Promise<MemberRecord[]> {
  return members.list(tx, scope, [group]);
}

/** Sentences that nothing has told are kept, but not without end. */
const mostCauses = 5;

/** The group with another desired capacity, within its bounds. The same group when nothing changes. */
export function withDesired(
  group: GroupRecord,
  wanted: number,
  explain: (from: number, to: number) => string,
): GroupRecord {
  const most = Math.max(group.maxSize, group.predicted?.max ?? 0);
  const desired = Math.min(most, Math.max(group.minSize, wanted));
  if (desired === group.desired) return group;
  return {
    ...group,
    desired,
    causes: [...group.causes, explain(group.desired, desired)].slice(-mostCauses),
  };
}

/**
 * What a dynamic policy may make of the capacity: not below the forecast, and not down at all during a
 * zonal shift ("Auto Scaling will block scaling policies from decreasing desired capacity").
 */
export function asPoliciesMay(group: GroupRecord, wanted: number): number {
  const { desired, predicted, shiftedZones } = group;
  if (shiftedZones) return Math.max(desired, wanted);
  return Math.max(wanted, Math.min(desired, predicted?.capacity ?? 0));
}

/** Instances on their way in or out of service. What happens in the warm pool is none of that. */
export function isChanging(member: MemberRecord): boolean {
  const settled = ["InService", "Standby", "Terminating:Retained"].includes(member.state);
  return !settled && !isWarm(member);
}

/** Instances on their way into the warm pool or to their end from there. */
export function isWarming(member: MemberRecord): boolean {
  return isWarm(member) && !/:(Stopped|Running|Retained)$/.test(member.state);
}

/** In the warm pool, or on its way in or out of it to its end. */
export function isWarm({ state }: Pick<MemberRecord, "state">): boolean {
  return state.startsWith("Warmed:");
}

/** On its way out of the group, or aside, and so out of its target groups. */
export function isLeaving({ state, registered, drainingMs }: MemberRecord): boolean {
  if (state.startsWith("Warmed:")) return registered.length > 0 || drainingMs !== undefined;
  return state.startsWith("Terminating") || state === "Detaching" || state === "EnteringStandby";
}

/** Seconds that a new instance's metrics do not count. */
export function warmupOf(group: GroupRecord, policyWarmupSeconds: number | undefined): number {
  return group.defaultWarmupSeconds ?? policyWarmupSeconds ?? group.defaultCooldownSeconds;
}
