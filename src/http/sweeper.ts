/** One timer for the timeouts of many connections: exact to the sweep's interval, free per request. */
import type { Timer, Wall } from "#runtime/clock.ts";

export interface Swept {
  /** Called once per interval with wall time from a fixed start, in milliseconds. */
  sweep(nowMs: number): void;
}

export class Sweeper {
  /** The time of the last sweep as an HTTP Date. */
  date: string;
  readonly #members = new Set<Swept>();
  readonly #wall: Wall;
  readonly #intervalMs: number;
  readonly #dateOf: (timeMs: number) => string;
  #nowMs: number;
  #timer: Timer | undefined;

  constructor(wall: Wall, intervalMs: number, dateOf: (timeMs: number) => string = () => "") {
    this.#wall = wall;
    this.#intervalMs = intervalMs;
    this.#dateOf = dateOf;
    this.#nowMs = wall.monotonic();
    this.date = dateOf(wall.now());
  }

  /** Wall time from a fixed start; that of the last sweep while there is anybody to be swept. */
  get nowMs(): number {
    return this.#timer ? this.#nowMs : this.#wall.monotonic();
  }

  get members(): ReadonlySet<Swept> {
    return this.#members;
  }

  add(member: Swept): void {
    this.#members.add(member);
    if (!this.#timer) this.#arm();
  }

  delete(member: Swept): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#nowMs = this.#wall.monotonic();
    this.date = this.#dateOf(this.#wall.now());
    this.#timer = this.#wall.after(this.#intervalMs, () => {
      this.#arm();
      for (const member of this.#members) member.sweep(this.#nowMs);
    });
  }
}
