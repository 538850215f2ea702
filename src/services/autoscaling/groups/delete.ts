/** The end of a group and of everything that hangs on it. */
import type { Collection, Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  groups,
  hooks,
  notifications,
  policies,
  scheduledActions,
  type GroupRecord,
} from "../records.ts";
import { forecasts } from "../policies/predictive/records.ts";
import { refreshes } from "../refreshes/records.ts";

/** Gives the names of the alarms that go with the group's policies. Activities stay for their time. */
export async function deleteGroup(
  tx: Transaction,
  scope: Scope,
  group: GroupRecord,
): Promise<string[]> {
  const tracking = (await policies.list(tx, scope, [group.name])).flatMap(({ targetTracking }) =>
    targetTracking ? [targetTracking] : [],
  );
  for (const collection of [forecasts, hooks, notifications, policies, refreshes, scheduledActions])
    await clear(tx, scope, collection, group.name);
  groups.delete(tx, scope, group.name);
  return tracking.flatMap(({ alarmHigh, alarmLow }) =>
    alarmLow === undefined ? [alarmHigh] : [alarmHigh, alarmLow],
  );
}

async function clear(
  tx: Transaction,
  scope: Scope,
  collection: Collection<unknown>,
  name: string,
): Promise<void> {
  for (const { id } of await collection.entries(tx, scope, [name]))
    collection.delete(tx, scope, ...id);
}
