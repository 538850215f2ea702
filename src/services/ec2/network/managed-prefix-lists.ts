/** Prefix lists of the account's own. https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface PrefixListEntry {
  cidr: string;
  description?: string;
}

export interface PrefixListRecord {
  prefixListId: string;
  name: string;
  addressFamily: "IPv4" | "IPv6";
  maxEntries: number;
  state: "create-complete" | "modify-complete" | "restore-complete" | "delete-failed";
  /** Why it failed. */
  stateMessage?: string;
  /** The entries of each version, the first one's first. */
  versions: { version: number; entries: PrefixListEntry[] }[];
  tags: Tags;
}

export const prefixLists = collection<PrefixListRecord>("ec2", "prefix-list");

export function currentVersion({ versions }: PrefixListRecord) {
  return versions.at(-1)!;
}

/** The ranges of each list, IPv4 ones unless others are asked for. */
export async function readPrefixCidrs(
  tx: Transaction,
  scope: Scope,
  families: readonly PrefixListRecord["addressFamily"][] = ["IPv4"],
): Promise<(prefixListId: string) => string[]> {
  const all = await prefixLists.list(tx, scope);
  const found = new Map(
    all
      .filter(({ addressFamily }) => families.includes(addressFamily))
      .map((list) => [list.prefixListId, currentVersion(list).entries.map(({ cidr }) => cidr)]),
  );
  return (id) => found.get(id) ?? [];
}
