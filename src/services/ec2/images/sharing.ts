/** Who may use an image or a snapshot besides its owner: accounts, or everybody. */
import { ec2Error } from "../errors.ts";

export interface Sharing {
  public: boolean;
  accounts: readonly string[];
}

interface Permission {
  Group?: string | undefined;
  UserId?: string | undefined;
}

/** A request says it in either of two ways. */
export interface SharingChange {
  permission: { Add?: Permission[] | undefined; Remove?: Permission[] | undefined } | undefined;
  OperationType?: string | undefined;
  UserIds?: readonly string[] | undefined;
  groups?: readonly string[] | undefined;
}

/** Undefined when nothing is asked for. Throws InvalidAMIAttributeItemValue for what is neither "all" nor an account. */
export function changeSharing(before: Sharing, change: SharingChange): Sharing | undefined {
  const { permission, OperationType, UserIds = [], groups = [] } = change;
  const added = namesIn(permission?.Add);
  const removed = namesIn(permission?.Remove);
  (OperationType === "remove" ? removed : added).push(
    ...UserIds.map((UserId) => ({ UserId })),
    ...groups.map((Group) => ({ Group })),
  );
  if (added.length + removed.length === 0) return undefined;
  for (const { Group, UserId } of [...added, ...removed]) {
    if (Group !== undefined && Group !== "all") throw invalidItem(Group, "userGroup");
    if (UserId !== undefined && !/^\d{12}$/.test(UserId)) throw invalidItem(UserId, "userId");
  }
  const accounts = new Set(before.accounts);
  let open = before.public;
  for (const { Group, UserId } of added) {
    if (Group) open = true;
    if (UserId) accounts.add(UserId);
  }
  for (const { Group, UserId } of removed) {
    if (Group) open = false;
    if (UserId) accounts.delete(UserId);
  }
  return { public: open, accounts: [...accounts].sort() };
}

export function describeSharing({ public: open, accounts }: Sharing) {
  return [...(open ? [{ Group: "all" as const }] : []), ...accounts.map((UserId) => ({ UserId }))];
}

function namesIn(list: readonly Permission[] | undefined): Permission[] {
  return [...(list ?? [])];
}

const invalidItem = (value: string, type: string) =>
  ec2Error(
    "InvalidAMIAttributeItemValue",
    `Invalid attribute item value "${value}" for ${type} item type.`,
  );
