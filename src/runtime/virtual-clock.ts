import { checkAdvance, type Clock, type Task, type Timer } from "./clock.ts";
import { createWall, runTask } from "./wall.ts";

interface Entry extends Timer {
  dueMs: number;
  sequence: number;
  task: Task;
  cancelled: boolean;
}

export interface VirtualClockOptions {
  /** Where time starts, milliseconds since the epoch. */
  startMs?: number | undefined;
  onError: (error: unknown) => void;
}

/**
 * A clock that stands still until `advance`. Due work runs in the order of its time, and each piece
 * (with all that it started and that was tracked) has ended before time moves on.
 */
export function createVirtualClock({
  startMs = Date.UTC(2026, 0, 5, 12),
  onError,
}: VirtualClockOptions): Clock {
  const wall = createWall(onError);
  const timers = new Heap();
  const running = new Set<Promise<unknown>>();
  let nowMs = startMs;
  let sequence = 0;
  let advancing: Promise<void> = Promise.resolve();

  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.then(
      () => running.delete(settled),
      () => running.delete(settled),
    );
    running.add(settled);
    return work;
  };
  const settle = async () => {
    // Promise callbacks that a finished task left behind may themselves track new work.
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (running.size === 0) return;
      await Promise.all(running);
    }
  };
  const advance = async (durationMs: number) => {
    const targetMs = nowMs + durationMs;
    await settle();
    for (let next = timers.peek(); next && next.dueMs <= targetMs; next = timers.peek()) {
      timers.pop();
      if (next.cancelled) continue;
      nowMs = Math.max(nowMs, next.dueMs);
      const { task } = next;
      void track(runTask(task, onError));
      const following = timers.peek();
      // Timers of one moment run together, as they would on a real clock.
      if (!following || following.dueMs > nowMs) await settle();
    }
    nowMs = targetMs;
    await settle();
  };
  const at = (dueMs: number, task: Task): Timer => {
    const entry: Entry = {
      dueMs: Math.max(dueMs, nowMs),
      sequence: sequence++,
      task,
      cancelled: false,
      cancel() {
        entry.cancelled = true;
      },
    };
    timers.push(entry);
    return entry;
  };
  return {
    mode: "virtual",
    speed: 0,
    wall,
    now: () => nowMs,
    at,
    after: (delayMs, task) => at(nowMs + delayMs, task),
    track,
    advance(durationMs) {
      checkAdvance(nowMs, durationMs);
      advancing = advancing.then(() => advance(durationMs));
      return advancing;
    },
    stop() {
      timers.clear();
    },
  };
}

/** A binary heap of timers: earliest first, then in the order in which they were set. */
class Heap {
  readonly #entries: Entry[] = [];

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  clear(): void {
    this.#entries.length = 0;
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, entries[parent]!)) break;
      entries[index] = entries[parent]!;
      index = parent;
    }
    entries[index] = entry;
  }

  pop(): Entry | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child++;
      if (!before(entries[child]!, last)) break;
      entries[index] = entries[child]!;
      index = child;
    }
    entries[index] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
