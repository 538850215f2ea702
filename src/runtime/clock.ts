/** What every timer of the cloud asks. Times are milliseconds since the epoch, durations milliseconds. */

export interface Timer {
  /** Takes the timer back; a timer that has fired or was cancelled before stays as it is. */
  cancel(): void;
}

export type Task = () => void | Promise<void>;

/** Time as the machine's sockets live it: connection timeouts, measurements, signatures. */
export interface Wall {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from a fixed start, never going back, with fractions. */
  monotonic(): number;
  after(delayMs: number, task: Task): Timer;
}

/**
 * Cloud time. A visibility timeout, a cooldown, a health-check interval is cloud time; an idle
 * timeout of a connection is wall time (`clock.wall`).
 */
export interface Clock {
  readonly mode: "system" | "scaled" | "virtual";
  /** Cloud seconds per wall second; 0 for the virtual clock. */
  readonly speed: number;
  readonly wall: Wall;
  now(): number;
  /** Runs the task at a moment of cloud time, at once if that has passed, never synchronously. */
  at(timeMs: number, task: Task): Timer;
  after(delayMs: number, task: Task): Timer;
  /**
   * As `after`, for a look that found nothing to do, and will find nothing until something stirs. Of a row
   * of such looks a moving virtual clock leaves out those between the first and the last before the move
   * ends, so that months of them cost no more than an hour. `sinceStirs` is what `stirs` was when the look
   * began.
   */
  rest(periodMs: number, sinceStirs: number, task: Task): Timer;
  /** A record or a machine has changed: what rests looks again when it would have looked next. */
  stir(): void;
  /** How often something has stirred. */
  readonly stirs: number;
  /**
   * Names work that runs now. A virtual clock waits for it before it moves on; the others only
   * hand the promise back. Never track work that itself waits for time to pass.
   */
  track<T>(work: Promise<T>): Promise<T>;
  /** Moves cloud time forward; what falls due on the way runs in order. Throws RangeError beyond the year 9998. */
  advance(durationMs: number): Promise<void>;
  /** Cancels every timer; nothing fires afterwards. */
  stop(): void;
}

/** Resolves when the cloud time has passed, or rejects with the signal's reason. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Years have four digits in AWS's forms of times. */
const latestMs = Date.UTC(9999, 0, 1);

/** Throws RangeError for what no clock does: to go back, or on for ever. */
export function checkAdvance(nowMs: number, durationMs: number): void {
  if (!(durationMs >= 0)) throw new RangeError("time only moves forward");
  if (nowMs + durationMs > latestMs) throw new RangeError("cloud time ends with the year 9998");
}
