/** Long polls: who waits for which queue, woken by the commit that brings a message. */
import type { Clock, Timer } from "#runtime/clock.ts";
import type { Scope } from "#store/collection.ts";
import type { Key, Store, Unwatch } from "#store/store.ts";
import { due, fresh } from "./records.ts";

export interface Waiters {
  /**
   * Begins to note which queues are touched; to be called before the poll first looks at its queue, or in
   * the transaction in which it looks: no other commits in between.
   */
  open(): Poll;
}

export interface Poll {
  /**
   * Resolves when the queue may have a message (a commit touched it since the poll last looked, or
   * `nextDueMs` came), when `deadlineMs` came, or when the signal aborts. Times are cloud time.
   */
  wait(queue: QueueKey, until: Until): Promise<void>;
  end(): void;
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

/** One watch serves all polls, and there is none without them: a commit costs the same however many wait. */
export function createWaiters(store: Store, clock: Clock): Waiters {
  /** By queue: those who wait, longest first. */
  const lines = new Map<string, Set<() => void>>();
  /** What was touched while a poll was looking, for each of those. */
  const looking = new Set<Set<string>>();
  let open = 0;
  let unwatch: Unwatch[] = [];

  const changed = (keys: readonly Key[]) => {
    for (const key of keys) {
      const { scope, id } = (fresh.parse(key) ?? due.parse(key))!;
      const name = nameOf({ scope, queueId: id[0] as string });
      for (const touched of looking) touched.add(name);
      // One message can serve one waiter; those behind it keep waiting.
      const [first] = lines.get(name) ?? [];
      first?.();
    }
  };
  const line = (name: string, { deadlineMs, nextDueMs, signal }: Until) =>
    new Promise<void>((resolve) => {
      const waiting = lines.get(name) ?? new Set();
      lines.set(name, waiting);
      let timer: Timer | undefined;
      const wake = () => {
        timer?.cancel();
        signal.removeEventListener("abort", wake);
        waiting.delete(wake);
        if (waiting.size === 0) lines.delete(name);
        resolve();
      };
      waiting.add(wake);
      timer = clock.at(Math.min(deadlineMs, nextDueMs ?? deadlineMs), wake);
      if (signal.aborted) wake();
      else signal.addEventListener("abort", wake);
    });
  return {
    open() {
      if (open++ === 0)
        unwatch = [fresh, due].map(({ path }) => store.watchCollection(path, changed));
      const touched = new Set<string>();
      looking.add(touched);
      return {
        async wait(queue, until) {
          const name = nameOf(queue);
          if (!touched.has(name)) {
            looking.delete(touched);
            await line(name, until);
            looking.add(touched);
          }
          touched.clear();
        },
        end() {
          looking.delete(touched);
          if (--open === 0) for (const end of unwatch) end();
        },
      };
    },
  };
}

function nameOf({ scope: { account, region }, queueId }: QueueKey): string {
  return `${account}/${region}/${queueId}`;
}
