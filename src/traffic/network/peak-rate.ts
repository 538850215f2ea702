/** The highest average of ten seconds, by zone, as AWS has it. */

const windowMs = 10_000;

export class PeakRate {
  readonly #now: () => number;
  readonly #windows = new Map<string, { begunMs: number; count: number; peak: number }>();

  /** Monotonic milliseconds, cheap to read. */
  constructor(now: () => number) {
    this.#now = now;
  }

  count(zone: string, amount: number): void {
    const nowMs = this.#now();
    let entry = this.#windows.get(zone);
    if (!entry) this.#windows.set(zone, (entry = { begunMs: nowMs, count: 0, peak: 0 }));
    if (nowMs - entry.begunMs >= windowMs) {
      entry.begunMs = nowMs;
      entry.count = 0;
    }
    entry.count += amount;
    if (entry.count > entry.peak) entry.peak = entry.count;
  }

  /** The peaks since the last call, per second. */
  take(): Map<string, number> {
    const seconds = windowMs / 1000;
    const peaks = new Map([...this.#windows].map(([zone, { peak }]) => [zone, peak / seconds]));
    this.#windows.clear();
    return peaks;
  }
}
