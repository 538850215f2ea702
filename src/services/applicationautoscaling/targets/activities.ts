/** The trail of scaling activities. https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { limits } from "../limits.ts";
import {
  activities,
  targetKey,
  type ActivityRecord,
  type ActivityRef,
  type TargetName,
} from "../records.ts";

export interface Writing {
  random: Random;
  scope: Scope;
  nowMs: number;
}

/** So many outdated activities go with each new one. */
const outdatedPerWrite = 5;

type Told = Pick<ActivityRecord, "description" | "cause" | "status"> & Partial<ActivityRecord>;

export async function writeActivity(
  tx: Transaction,
  { random, scope, nowMs }: Writing,
  name: TargetName,
  told: Told,
): Promise<ActivityRef> {
  const key = targetKey(name);
  for (const old of await activities.list(tx, scope, key, { limit: outdatedPerWrite }))
    if (old.startMs < nowMs - limits.activitiesKeptMs)
      activities.delete(tx, scope, ...key, old.startMs, old.id);
  const id = random.uuid();
  const { namespace, resourceId, dimension } = name;
  const record = { namespace, resourceId, dimension, id, startMs: nowMs, ...told };
  activities.put(tx, scope, [...key, nowMs, id], record);
  return { id, startMs: nowMs };
}

/** Nothing happens when the activity is no longer kept. */
export async function changeActivity(
  tx: Transaction,
  { scope, nowMs }: Writing,
  name: TargetName,
  { id, startMs }: ActivityRef,
  change: Pick<ActivityRecord, "status" | "statusMessage">,
): Promise<void> {
  const key = [...targetKey(name), startMs, id];
  const present = await activities.get(tx, scope, ...key);
  if (!present) return;
  const ended = change.status !== "InProgress";
  activities.put(tx, scope, key, { ...present, ...change, ...(ended && { endMs: nowMs }) });
}
