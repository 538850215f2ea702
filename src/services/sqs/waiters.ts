/** Long polls: who waits for which queue, woken by the commit that brings a message. */
import type { Clock, Timer } from "#runtime/clock.ts";
import type { Scope } from "#store/collection.ts";
import type { Store } from "#store/store.ts";
import { due } from "./records.ts";

export interface Waiters {
  /**
   * Resolves when the queue may have a message (a commit touched it, or `nextDueMs` came), when
   * `deadlineMs` came, or when the signal aborts. Times are cloud time.
   */
  wait(queue: QueueKey, until: Until): Promise<void>;
}

export interface QueueKey {
  scope: Scope;
  queueId: string;
}

interface Until {
  deadlineMs: number;
  nextDueMs: number | undefined;
  signal: AbortSignal;
}

interface Line {
  waiting: Set<() => void>;
  unwatch: () => void;
}

export function createWaiters(store: Store, clock: Clock): Waiters {
  const lines = new Map<string, Line>();

  const lineOf = (name: string, { scope, queueId }: QueueKey): Line => {
    const present = lines.get(name);
    if (present) return present;
    const waiting = new Set<() => void>();
    const unwatch = store.watch(due.key(scope, queueId), (keys) => {
      // One message can serve one waiter; those behind it keep waiting.
      let messagesLeft = keys.length;
      for (const wake of waiting) {
        if (messagesLeft-- <= 0) return;
        wake();
      }
    });
    const line = { waiting, unwatch };
    lines.set(name, line);
    return line;
  };
  return {
    wait(key, { deadlineMs, nextDueMs, signal }) {
      const name = `${key.scope.account}/${key.scope.region}/${key.queueId}`;
      const line = lineOf(name, key);
      return new Promise((resolve) => {
        let timer: Timer | undefined;
        const wake = () => {
          timer?.cancel();
          signal.removeEventListener("abort", wake);
          line.waiting.delete(wake);
          if (line.waiting.size === 0) {
            line.unwatch();
            lines.delete(name);
          }
          resolve();
        };
        line.waiting.add(wake);
        timer = clock.at(Math.min(deadlineMs, nextDueMs ?? deadlineMs), wake);
        if (signal.aborted) wake();
        else signal.addEventListener("abort", wake);
      });
    },
  };
}
