/** Wishes for another capacity, always with the sentence that explains them. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { notRegistered } from "../errors.ts";
import { targetKey, targets, type TargetName, type TargetRecord } from "../records.ts";
import { changeActivity, writeActivity, type Writing } from "./activities.ts";

/** Throws ObjectNotFoundException. */
export async function getTarget(
  tx: Transaction,
  scope: Scope,
  name: TargetName,
): Promise<TargetRecord> {
  const target = await targets.get(tx, scope, ...targetKey(name));
  if (!target) throw notRegistered(name);
  return target;
}

/** Writes down that the target is to have so much; a wish that was not fulfilled gives way. */
export async function wishFor(
  tx: Transaction,
  writing: Writing,
  target: TargetRecord,
  wish: { capacity: number; from: number; cause: string; noun: string; policy?: string },
): Promise<void> {
  const { capacity, from, cause, noun, policy } = wish;
  if (target.wish)
    await changeActivity(tx, writing, target, target.wish.activity, {
      status: "Overridden",
      statusMessage: `Setting ${noun} to ${target.wish.capacity} was overridden by a newer change.`,
    });
  const activity = await writeActivity(tx, writing, target, {
    description: `Setting ${noun} to ${capacity}.`,
    cause,
    status: "Pending",
  });
  targets.put(tx, writing.scope, targetKey(target), {
    ...target,
    wish: { capacity, from, activity, ...(policy !== undefined && { policy }) },
  });
}
