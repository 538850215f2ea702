/** Users, groups and roles alike: entities that hold inline and attached policies. */
import type { Collection } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { findGroup, findOwnRole, findRole, findUser } from "./find.ts";
import { globalScope, groups, idOf, roles, users, type PolicyHolder } from "./records.ts";

export type HolderKind = "user" | "group" | "role";

type Account = { account: string };

interface Holders {
  records: Collection<PolicyHolder>;
  find: (tx: Transaction, of: Account, name: string) => Promise<PolicyHolder>;
  /** As `find`, refusing what only AWS may change. */
  findToChange: (tx: Transaction, of: Account, name: string) => Promise<PolicyHolder>;
}

export const holders: Record<HolderKind, Holders> = {
  user: {
    records: users,
    find: findUser,
    findToChange: findUser,
  },
  group: {
    records: groups,
    find: findGroup,
    findToChange: findGroup,
  },
  role: {
    records: roles,
    find: findRole,
    findToChange: findOwnRole,
  },
};

/** Writes a changed holder back. */
export function putHolder(
  tx: Transaction,
  of: Account,
  kind: HolderKind,
  record: PolicyHolder,
): void {
  holders[kind].records.put(tx, globalScope(of), [idOf(record.name)], record);
}
