import { checkAdvance, type Clock, type Task, type Timer } from "./clock.ts";
import { createWall, runTask } from "./wall.ts";

interface Entry extends Timer {
  dueMs: number;
  sequence: number;
  task: Task;
  /** Where it stands in the heap; -1 when it is not in it. */
  index: number;
}

/** A look that is due only at the end of the move, in place of all those before. */
interface Resting {
  fromMs: number;
  periodMs: number;
  /** Wall time of the last look. */
  seenMs: number;
}

export interface VirtualClockOptions {
  /** Where time starts, milliseconds since the epoch. */
  startMs?: number | undefined;
  onError: (error: unknown) => void;
  /**
   * What lies outside the cloud (a program behind a target's address) has only the wall's time to change in,
   * and tells nobody: a look at it holds for so many milliseconds of the wall.
   */
  freshMs?: number;
}

/**
 * A clock that stands still until `advance`. Due work runs in the order of its time, and each piece
 * (with all that it started and that was tracked) has ended before time moves on.
 */
export function createVirtualClock({
  startMs = Date.UTC(2026, 0, 5, 12),
  onError,
  freshMs = 100,
}: VirtualClockOptions): Clock {
  const wall = createWall(onError);
  const timers = new Heap();
  const running = new Set<Promise<unknown>>();
  /** In the order in which they came to rest. */
  const resting = new Map<Entry, Resting>();
  let stirs = 0;
  /** Where the move under way ends. */
  let targetMs: number | undefined;
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
    const endMs = nowMs + durationMs;
    targetMs = endMs;
    await settle();
    for (;;) {
      lookOutside();
      const next = timers.peek();
      if (!next || next.dueMs > endMs) break;
      timers.remove(next);
      resting.delete(next);
      nowMs = Math.max(nowMs, next.dueMs);
      const { task } = next;
      void track(runTask(task, onError));
      const following = timers.peek();
      // Timers of one moment run together, as they would on a real clock.
      if (!following || following.dueMs > nowMs) await settle();
    }
    nowMs = endMs;
    targetMs = undefined;
    await settle();
  };
  /** Has a look fall where the next in its row would have fallen. */
  const rouse = (entry: Entry, { fromMs, periodMs }: Resting) => {
    resting.delete(entry);
    const periods = Math.max(1, Math.ceil((nowMs - fromMs) / periodMs));
    timers.hasten(entry, Math.min(entry.dueMs, fromMs + periods * periodMs));
  };
  const lookOutside = () => {
    if (resting.size === 0) return;
    const staleMs = wall.monotonic() - freshMs;
    for (const [entry, row] of resting) {
      if (row.seenMs > staleMs) break;
      rouse(entry, row);
    }
  };
  const at = (dueMs: number, task: Task): Entry => {
    const entry: Entry = {
      dueMs: Math.max(dueMs, nowMs),
      sequence: sequence++,
      task,
      index: -1,
      cancel() {
        timers.remove(entry);
        resting.delete(entry);
      },
    };
    timers.push(entry);
    return entry;
  };
  const rest = (periodMs: number, sinceStirs: number, task: Task): Timer => {
    const fromMs = nowMs;
    const left = targetMs === undefined ? 0 : Math.floor((targetMs - fromMs) / periodMs);
    if (left < 2 || sinceStirs !== stirs) return at(fromMs + periodMs, task);
    const entry = at(fromMs + left * periodMs, task);
    resting.set(entry, { fromMs, periodMs, seenMs: wall.monotonic() });
    return entry;
  };
  return {
    mode: "virtual",
    speed: 0,
    wall,
    now: () => nowMs,
    at,
    after: (delayMs, task) => at(nowMs + delayMs, task),
    rest,
    stir() {
      stirs++;
      for (const [entry, row] of resting) rouse(entry, row);
    },
    get stirs() {
      return stirs;
    },
    track,
    advance(durationMs) {
      checkAdvance(nowMs, durationMs);
      advancing = advancing.then(() => advance(durationMs));
      return advancing;
    },
    stop() {
      timers.clear();
      resting.clear();
    },
  };
}

/** A binary heap of timers: earliest first, then in the order in which they were set. Each knows its place. */
class Heap {
  readonly #entries: Entry[] = [];

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  clear(): void {
    for (const entry of this.#entries) entry.index = -1;
    this.#entries.length = 0;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  /** Makes it due at an earlier time. */
  hasten(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    this.#rise(entry, entry.index);
  }

  /** One that is not there stays away. */
  remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#entries.pop()!;
    if (last === entry) return;
    // It takes the free place, or one above or below it.
    this.#rise(last, index);
    if (last.index === index) this.#sink(last, index);
  }

  #rise(entry: Entry, from: number): void {
    const entries = this.#entries;
    let index = from;
    while (index > 0) {
      const parent = entries[(index - 1) >> 1]!;
      if (!before(entry, parent)) break;
      this.#place(parent, index);
      index = (index - 1) >> 1;
    }
    this.#place(entry, index);
  }

  #sink(entry: Entry, from: number): void {
    const entries = this.#entries;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child++;
      if (!before(entries[child]!, entry)) break;
      this.#place(entries[child]!, index);
      index = child;
    }
    this.#place(entry, index);
  }

  #place(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
