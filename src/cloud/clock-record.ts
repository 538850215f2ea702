/** Remembers how far cloud time has come when it runs ahead of the system's, so that it never goes back. */
import type { Clock } from "#runtime/clock.ts";
import type { Store } from "#store/store.ts";

const key = ["fogbank", "cloud", "clock"];
/** Wall time between two looks. */
const intervalMs = 1000;

export interface ClockKeeper {
  stop(): Promise<void>;
}

/** Milliseconds since the epoch, or undefined where cloud time never left the system's. */
export async function lastCloudTime(store: Store): Promise<number | undefined> {
  const record = await store.transaction((tx) => tx.get<{ nowMs: number }>(key));
  return record?.nowMs;
}

export function keepClock(clock: Clock, store: Store): ClockKeeper {
  const keep = async () => {
    const nowMs = clock.now();
    if (Math.abs(nowMs - clock.wall.now()) < intervalMs) return;
    await store.transaction((tx) => tx.put(key, { nowMs }));
  };
  const tick = async () => {
    await keep();
    timer = clock.wall.after(intervalMs, tick);
  };
  let timer = clock.wall.after(intervalMs, tick);
  return {
    async stop() {
      timer.cancel();
      await keep();
      timer.cancel();
    },
  };
}
