/** Values for a period that is over: the alarms that look at it look again soon. */
import type { Environment } from "#services/kit/service.ts";
import { alarmKey, type ScopeMemory, type State } from "../metrics/memory.ts";
import type { JournalRecord } from "../records.ts";

/** Several senders report the same period one after the other; so much is waited for the others. */
const gatherMs = 1000;

/** Stretches a delay that machines need in wall time to cloud time. */
export function inCloudTime({ clock }: Pick<Environment, "clock">, wallMs: number): number {
  return wallMs * Math.max(1, clock.speed);
}

export function awaitLateValues(
  env: Environment,
  state: State,
  memory: ScopeMemory,
  record: JournalRecord,
  nowMs: number,
): void {
  if (memory.watchers.size === 0 || state.isStopped) return;
  for (const [series, timeMs, highResolution] of record) {
    const watchers = memory.watchers.get(series);
    if (!watchers) continue;
    const unitMs = highResolution === 1 ? 10_000 : 60_000;
    // The present minute is judged when it is over.
    if (timeMs >= nowMs - (nowMs % unitMs)) continue;
    for (const alarm of watchers) {
      const key = alarmKey(memory.scope, alarm);
      if (state.awaited.has(key)) continue;
      const wake = () => {
        state.awaited.delete(key);
        state.judgements.delete(key);
        state.wakeAlarm?.(memory.scope, alarm);
      };
      state.awaited.set(key, env.clock.after(inCloudTime(env, gatherMs), wake));
    }
  }
}
