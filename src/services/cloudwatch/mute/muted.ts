/** Whether an alarm's actions are muted now. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { muteRules } from "../records.ts";
import { muteStateAt } from "./window.ts";

/** When the last of the open windows closes; undefined when nothing mutes the alarm. */
export async function mutedUntil(
  tx: Transaction,
  scope: Scope,
  alarmName: string,
  nowMs: number,
): Promise<number | undefined> {
  const ends: number[] = [];
  for (const rule of await muteRules.list(tx, scope)) {
    if (!rule.targets.includes(alarmName)) continue;
    const { endsMs } = muteStateAt(rule, nowMs);
    if (endsMs !== undefined) ends.push(endsMs);
  }
  return ends.length === 0 ? undefined : Math.max(...ends);
}
