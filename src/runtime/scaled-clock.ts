import { checkAdvance, type Clock, type Task, type Timer } from "./clock.ts";
import { createWall, startTimer } from "./wall.ts";

export interface ScaledClockOptions {
  /** Cloud seconds per wall second; 1 is the system clock. */
  speed?: number;
  /** Cloud time starts here when that is ahead of the system's time. */
  notBeforeMs?: number | undefined;
  onError: (error: unknown) => void;
}

interface Pending extends Timer {
  dueMs: number;
  task: Task;
  timer: Timer | undefined;
}

/**
 * The system clock (speed 1) and the scaled clock: cloud time starts at the system's time and runs
 * `speed` times as fast. `advance` jumps ahead; what became due meanwhile fires in order of its time.
 */
export function createScaledClock({
  speed = 1,
  notBeforeMs = 0,
  onError,
}: ScaledClockOptions): Clock {
  if (!(speed > 0)) throw new RangeError(`the clock's speed must be positive, not ${speed}`);
  const wall = createWall(onError);
  const startMs = wall.now();
  const pending = new Set<Pending>();
  let jumpedMs = Math.max(0, notBeforeMs - startMs);
  let stopped = false;

  const now = () => {
    const wallMs = wall.now();
    return speed === 1 ? wallMs + jumpedMs : startMs + (wallMs - startMs) * speed + jumpedMs;
  };
  const arm = (entry: Pending) => {
    entry.timer = startTimer(
      (entry.dueMs - now()) / speed,
      () => {
        // The platform's timers may fire a moment early, which a scaled clock makes many.
        if (now() < entry.dueMs) return arm(entry);
        pending.delete(entry);
        return entry.task();
      },
      onError,
    );
  };
  const at = (dueMs: number, task: Task): Timer => {
    const entry: Pending = {
      dueMs,
      task,
      timer: undefined,
      cancel() {
        pending.delete(entry);
        entry.timer?.cancel();
      },
    };
    if (stopped) return entry;
    pending.add(entry);
    arm(entry);
    return entry;
  };
  return {
    mode: speed === 1 ? "system" : "scaled",
    speed,
    wall,
    now,
    at,
    after: (delayMs, task) => at(now() + delayMs, task),
    // Time that runs leaves nothing out.
    rest: (periodMs, _sinceStirs, task) => at(now() + periodMs, task),
    stir: () => {},
    stirs: 0,
    track: (work) => work,
    async advance(durationMs) {
      checkAdvance(now(), durationMs);
      jumpedMs += durationMs;
      const due = [...pending].sort((a, b) => a.dueMs - b.dueMs);
      for (const entry of due) {
        entry.timer?.cancel();
        arm(entry);
      }
    },
    stop() {
      stopped = true;
      for (const entry of pending) entry.timer?.cancel();
      pending.clear();
    },
  };
}
