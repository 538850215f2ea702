/** A group with everything that decides what it does next. */
import { rebalanceRecommendations } from "#services/kit/spot-signals.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { membersOf } from "../groups/capacity.ts";
import { isActive } from "../refreshes/progress.ts";
import { groups, hooks, type GroupRecord, type HookRecord, type MemberRecord } from "../records.ts";
import { refreshes, type RefreshRecord } from "../refreshes/records.ts";

export interface GroupView {
  group: GroupRecord;
  members: MemberRecord[];
  hooks: HookRecord[];
  /** The instance refresh that is under way. */
  refresh: RefreshRecord | undefined;
  /** Spot Instances that EC2 recommends to replace; of groups that follow its recommendations. */
  endangered: ReadonlySet<string>;
}

export async function viewOf(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<GroupView | undefined> {
  const group = await groups.get(tx, scope, name);
  if (!group) return undefined;
  const [latest] = await refreshes.list(tx, scope, [name], { limit: 1, reverse: true });
  const active = latest && isActive(latest);
  const recommended = group.capacityRebalance
    ? await rebalanceRecommendations.list(tx, scope, [name])
    : [];
  return {
    group,
    members: await membersOf(tx, scope, name),
    hooks: await hooks.list(tx, scope, [name]),
    refresh: active ? latest : undefined,
    endangered: new Set(recommended.map(({ instanceId }) => instanceId)),
  };
}
