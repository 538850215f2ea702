/** Finding security groups and the rules that belong to them. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { missingParameter } from "../errors.ts";
import { findDefaultVpc } from "./default-vpc.ts";
import { groupNameNotFound, groupNotFound } from "./errors.ts";
import { find, kinds } from "./kinds.ts";
import type { FindPeer } from "./group-permissions.ts";
import {
  groupRules,
  securityGroups,
  type SecurityGroupRecord,
  type SecurityGroupRuleRecord,
} from "./records.ts";

/** By id, or by the name of a group of the default VPC. */
export async function findGroup(
  tx: Transaction,
  scope: Scope,
  { GroupId, GroupName }: { GroupId?: string | undefined; GroupName?: string | undefined },
): Promise<SecurityGroupRecord> {
  if (GroupId !== undefined) return find(tx, scope, kinds.securityGroup, GroupId);
  if (GroupName === undefined) throw missingParameter("GroupName or GroupId");
  const vpcId = (await findDefaultVpc(tx, scope))?.vpcId;
  const all = await securityGroups.list(tx, scope);
  const found = all.find((group) => group.vpcId === vpcId && group.groupName === GroupName);
  if (!found) throw groupNameNotFound(GroupName, vpcId);
  return found;
}

export async function rulesOf(
  tx: Transaction,
  scope: Scope,
  groupId: string,
): Promise<SecurityGroupRuleRecord[]> {
  const all = await groupRules.list(tx, scope);
  return all.filter((rule) => rule.groupId === groupId).sort((a, b) => a.order - b.order);
}

/** Groups that rules name must exist; another account's are taken as given. */
export async function peerFinder(tx: Transaction, scope: Scope, vpcId: string): Promise<FindPeer> {
  const all = await securityGroups.list(tx, scope);
  return ({ GroupId, GroupName, UserId }) => {
    if (UserId !== undefined && UserId !== scope.account && GroupId !== undefined)
      return { groupId: GroupId, account: UserId };
    const found = all.find((group) =>
      GroupId !== undefined
        ? group.groupId === GroupId
        : group.vpcId === vpcId && group.groupName === GroupName,
    );
    if (!found)
      throw GroupId !== undefined
        ? groupNotFound(GroupId)
        : groupNameNotFound(GroupName ?? "", vpcId);
    return {
      groupId: found.groupId,
      account: scope.account,
      ...(GroupId === undefined && { groupName: found.groupName }),
    };
  };
}
