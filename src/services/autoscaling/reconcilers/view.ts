/** A group with everything that decides what it does next. */
import { rebalanceRecommendations } from "#services/kit/spot-signals.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { maintenanceOf } from "../account-settings.ts";
import { isActive } from "../refreshes/progress.ts";
import { groups, hooks, type GroupRecord, type HookRecord, type MemberRecord } from "../records.ts";
import { refreshes, type RefreshRecord } from "../refreshes/records.ts";
import type { Roster, Rosters } from "./roster.ts";

export interface GroupView {
  group: GroupRecord;
  roster: Roster;
  /** Every member is to be looked at, not only those with something ahead of them. */
  whole: boolean;
  hooks: HookRecord[];
  /** The instance refresh that is under way. */
  refresh: RefreshRecord | undefined;
  /** Spot Instances that EC2 recommends to replace; of groups that follow its recommendations. */
  endangered: ReadonlySet<string>;
  /** How instances are replaced: the group's own policy, or the account's setting. */
  maintenance: GroupRecord["maintenance"];
}

export async function viewOf(
  tx: Transaction,
  scope: Scope,
  name: string,
  rosters: Rosters,
  nowMs: number,
): Promise<GroupView | undefined> {
  const group = await groups.get(tx, scope, name);
  if (!group) return undefined;
  const [latest] = await refreshes.list(tx, scope, [name], { limit: 1, reverse: true });
  const refresh = latest && isActive(latest) ? latest : undefined;
  const recommended = group.capacityRebalance
    ? await rebalanceRecommendations.list(tx, scope, [name])
    : [];
  const { roster, whole } = await rosters.read(tx, scope, group, nowMs);
  const unsettled = group.targetGroups.some(({ state }) => state !== "InService");
  return {
    group,
    roster,
    whole: whole || group.deleting || unsettled || group.mixed !== undefined || !!refresh,
    hooks: await hooks.list(tx, scope, [name]),
    refresh,
    endangered: new Set(recommended.map(({ instanceId }) => instanceId)),
    maintenance: await maintenanceOf(tx, scope, group),
  };
}

/** The members that a pass steps through, by id so that the order is always the same. */
export function membersToStep({ roster, whole }: GroupView): MemberRecord[] {
  const ids = whole ? [...roster.members.keys()] : [...roster.restless];
  return ids.sort().map((id) => roster.members.get(id)!);
}
