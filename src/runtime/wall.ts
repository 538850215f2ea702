/** The only place where the machine's own timers and clocks are touched. */
import type { Task, Timer, Wall } from "./clock.ts";

/** The longest delay that the platform's timers take: 2^31 - 1 ms. */
const longestDelayMs = 2_147_483_647;

export function createWall(onError: (error: unknown) => void): Wall {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: (delayMs, task) => startTimer(delayMs, task, onError),
  };
}

export function startTimer(delayMs: number, task: Task, onError: (error: unknown) => void): Timer {
  let left = Math.max(0, delayMs);
  let handle: NodeJS.Timeout;
  const arm = () => {
    const step = Math.min(left, longestDelayMs);
    left -= step;
    handle = setTimeout(fire, step);
  };
  const fire = () => {
    if (left > 0) return arm();
    void runTask(task, onError);
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/** Runs a timer's task; what it throws, now or later, reaches `onError`. */
export function runTask(task: Task, onError: (error: unknown) => void): Promise<void> {
  try {
    return Promise.resolve(task()).catch(onError);
  } catch (error) {
    onError(error);
    return Promise.resolve();
  }
}
