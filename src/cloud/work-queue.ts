/**
 * Drives one reconciler: each key at most once at a time, changes during a pass lead to one more
 * pass, failures are tried again with growing, jittered delay.
 */
import type { Clock, Timer } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";

const firstRetryMs = 500;
const longestRetryMs = 60_000;

interface Item {
  scope: Scope;
  id: Key;
  running: boolean;
  /** Something changed since the running pass began. */
  again: boolean;
  failures: number;
  timer: Timer | undefined;
}

export interface WorkQueueOptions {
  clock: Clock;
  random: Random;
  log: Log;
}

export interface WorkQueue {
  add(scope: Scope, id: Key): void;
  /** Takes no new work and waits for the passes under way. */
  stop(): Promise<void>;
}

export function createWorkQueue(reconciler: Reconciler, options: WorkQueueOptions): WorkQueue {
  const { clock, random } = options;
  const log = options.log.with({ reconciler: reconciler.name });
  const items = new Map<string, Item>();
  const passes = new Set<Promise<void>>();
  let stopped = false;

  const start = (name: string, item: Item) => {
    item.timer?.cancel();
    item.timer = undefined;
    item.running = true;
    const pass = clock.track(runPass(name, item));
    passes.add(pass);
    void pass.finally(() => passes.delete(pass));
  };
  const runPass = async (name: string, item: Item) => {
    // The change that woke us is committed; let its request be answered first.
    await Promise.resolve();
    do {
      item.again = false;
      if (stopped) break;
      let afterMs: number | undefined;
      let isSteady = false;
      const { stirs } = clock;
      try {
        const result = await reconciler.reconcile(item.scope, item.id);
        item.failures = 0;
        afterMs = result?.afterMs;
        isSteady = result?.isSteady ?? false;
      } catch (error) {
        // What it needs of others may have ended already; the next start takes it up again.
        if (stopped) {
          log.debug("reconciling ended with the cloud", { ...item.scope, id: item.id, error });
          break;
        }
        item.failures++;
        afterMs = retryDelay(item.failures, random);
        log.error("reconciling failed", { ...item.scope, id: item.id, retryMs: afterMs, error });
      }
      if (afterMs !== undefined && !item.again && !stopped) {
        const look = () => start(name, item);
        item.timer = isSteady ? clock.rest(afterMs, stirs, look) : clock.after(afterMs, look);
      }
    } while (item.again);
    item.running = false;
    if (!item.timer) items.delete(name);
  };
  return {
    add(scope, id) {
      if (stopped) return;
      const name = JSON.stringify([scope.account, scope.region, ...id]);
      const item = items.get(name);
      if (item?.running) item.again = true;
      else if (item) start(name, item);
      else {
        const fresh = { scope, id, running: false, again: false, failures: 0, timer: undefined };
        items.set(name, fresh);
        start(name, fresh);
      }
    },
    async stop() {
      stopped = true;
      for (const item of items.values()) item.timer?.cancel();
      await Promise.all(passes);
      items.clear();
    },
  };
}

function retryDelay(failures: number, random: Random): number {
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1));
  return ceiling * (0.5 + random.next() / 2);
}
