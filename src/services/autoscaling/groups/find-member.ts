/** Members of groups by their instance. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { instanceUnknown, notPartOfGroup, validationError } from "../errors.ts";
import { memberIndex, members, type MemberRecord } from "../records.ts";

/** Throws when no group, or another group, has the instance. */
export async function findMember(
  tx: Transaction,
  scope: Scope,
  instanceId: string,
  group?: string,
): Promise<MemberRecord> {
  const entry = await memberIndex.get(tx, scope, instanceId);
  const member = entry && (await members.get(tx, scope, entry.group, entry.memberId));
  if (group !== undefined && member?.group !== group) throw notPartOfGroup(instanceId, group);
  if (!member) throw instanceUnknown(instanceId);
  return member;
}

/** Throws unless the member is in one of the states. */
export function requireState(member: MemberRecord, states: readonly string[]): void {
  if (!states.includes(member.state))
    throw validationError(`The instance ${member.instanceId} is not in ${states.join(" or ")}.`);
}

export function putMember(tx: Transaction, scope: Scope, member: MemberRecord): void {
  members.put(tx, scope, [member.group, member.id], member);
}
