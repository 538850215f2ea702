/** The busiest second, by zone. */
export class PeakRate {
  readonly #now: () => number;
  readonly #seconds = new Map<string, { second: number; count: number; peak: number }>();

  /** Monotonic milliseconds, cheap to read. */
  constructor(now: () => number) {
    this.#now = now;
  }

  count(zone: string, amount: number): void {
    const second = Math.floor(this.#now() / 1000);
    let entry = this.#seconds.get(zone);
    if (!entry) this.#seconds.set(zone, (entry = { second, count: 0, peak: 0 }));
    if (entry.second !== second) {
      entry.second = second;
      entry.count = 0;
    }
    entry.count += amount;
    if (entry.count > entry.peak) entry.peak = entry.count;
  }

  /** The peaks since the last call. */
  take(): Map<string, number> {
    const peaks = new Map([...this.#seconds].map(([zone, { peak }]) => [zone, peak]));
    this.#seconds.clear();
    return peaks;
  }
}
