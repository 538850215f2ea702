/**
 * The members of each group as they were read last, so that a pass reads only those that changed
 * since. A copy of records: lost without harm, and read whole at first and now and then.
 */
import type { Scope } from "#store/collection.ts";
import type { Store, Transaction, Unwatch } from "#store/store.ts";
import { isChanging, isLeaving, isWarming } from "../groups/capacity.ts";
import { wholeLookMs } from "../limits.ts";
import { members, type GroupRecord, type MemberRecord } from "../records.ts";
import { Tally } from "./tally.ts";

export class Roster {
  readonly members = new Map<string, MemberRecord>();
  /** Members that have something ahead of them; nothing but their health can change the others. */
  readonly restless = new Set<string>();
  readonly tally = new Tally();
  readonly uuid: string;
  readonly readMs: number;
  /** What of the group decides who is restless. */
  readonly settings: string;
  readonly #group: GroupRecord;

  constructor(group: GroupRecord, readMs: number) {
    this.uuid = group.uuid;
    this.readMs = readMs;
    this.settings = settingsOf(group);
    this.#group = group;
  }

  set(member: MemberRecord): void {
    this.delete(member.id);
    this.members.set(member.id, member);
    this.tally.add(member);
    if (isRestless(member, this.#group)) this.restless.add(member.id);
  }

  delete(id: string): void {
    const present = this.members.get(id);
    if (!present) return;
    this.tally.remove(present);
    this.members.delete(id);
    this.restless.delete(id);
  }
}

/** Whether anything but a health check can lead to a step of the member. */
export function isRestless(member: MemberRecord, group: GroupRecord): boolean {
  if (isChanging(member) || isWarming(member) || isLeaving(member)) return true;
  if (member.state !== "InService" || member.apart) return false;
  return group.targetGroups.some(
    ({ arn, state }) => state !== "Removing" && !member.registered.includes(arn),
  );
}

function settingsOf({ targetGroups, suspended, mixed, warmPool }: GroupRecord): string {
  return JSON.stringify([targetGroups, suspended, mixed, warmPool]);
}

export interface Reading {
  roster: Roster;
  /** True when everything was read, or what decides about all members has changed. */
  whole: boolean;
}

export class Rosters {
  readonly #rosters = new Map<string, Roster>();
  /** Ids of members that were written since they were read, by group. */
  readonly #changed = new Map<string, Set<string>>();
  readonly #unwatch: Unwatch;

  constructor(store: Pick<Store, "watchCollection">) {
    this.#unwatch = store.watchCollection(members.path, (keys) => {
      for (const key of keys) {
        const { scope, id } = members.parse(key)!;
        const [group, member] = id as [string, string];
        // A group that nobody reads has no roster to keep up to date.
        this.#changed.get(keyOf(scope, group))?.add(member);
      }
    });
  }

  /** To be called before the transaction writes members of the group. */
  async read(tx: Transaction, scope: Scope, group: GroupRecord, nowMs: number): Promise<Reading> {
    const key = keyOf(scope, group.name);
    const known = this.#rosters.get(key);
    const changed = this.#changed.get(key) ?? new Set();
    this.#changed.set(key, changed);
    const stale =
      known?.uuid !== group.uuid || nowMs >= known.readMs + wholeLookMs || nowMs < known.readMs;
    if (stale) {
      const roster = new Roster(group, nowMs);
      for (const member of await members.list(tx, scope, [group.name])) roster.set(member);
      changed.clear();
      this.#rosters.set(key, roster);
      return { roster, whole: true };
    }
    for (const id of changed) {
      const member = await members.get(tx, scope, group.name, id);
      if (member) known.set(member);
      else known.delete(id);
    }
    changed.clear();
    if (known.settings === settingsOf(group)) return { roster: known, whole: false };
    const roster = new Roster(group, known.readMs);
    for (const member of known.members.values()) roster.set(member);
    this.#rosters.set(key, roster);
    return { roster, whole: true };
  }

  forget(scope: Scope, group: string): void {
    this.#rosters.delete(keyOf(scope, group));
    this.#changed.delete(keyOf(scope, group));
  }

  stop(): void {
    this.#unwatch();
  }
}

function keyOf({ account, region }: Scope, group: string): string {
  return `${account}/${region}/${group}`;
}
