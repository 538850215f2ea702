/** One timer for everything that may fall idle, and a clock that costs nothing to read. */
import type { Timer, Wall } from "#runtime/clock.ts";

export interface Watched {
  /** Called a few times per span that it watches for. Monotonic milliseconds. */
  beat(nowMs: number): void;
}

const longestPeriodMs = 500;
const shortestPeriodMs = 5;

/**
 * Reading a clock for each piece of bytes, or starting a timer anew, would cost as much as passing
 * the piece on. `nowMs` is late by a beat at most: half a second, or an eighth of the shortest span.
 */
export class Pulse {
  nowMs: number;
  readonly #wall: Wall;
  readonly #watched = new Set<Watched>();
  #periodMs = longestPeriodMs;
  #timer: Timer | undefined;

  constructor(wall: Wall) {
    this.#wall = wall;
    this.nowMs = wall.monotonic();
  }

  /** Calls `beat` until it is left; `spanMs` says what idle time it looks for. */
  watch(watched: Watched, spanMs: number): void {
    this.nowMs = this.#wall.monotonic();
    this.#watched.add(watched);
    const periodMs = Math.max(shortestPeriodMs, Math.min(longestPeriodMs, spanMs / 8));
    const faster = periodMs < this.#periodMs;
    this.#periodMs = Math.min(this.#periodMs, periodMs);
    if (faster) this.stop();
    this.#timer ??= this.#wall.after(this.#periodMs, () => this.#beat());
  }

  leave(watched: Watched): void {
    this.#watched.delete(watched);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #beat(): void {
    this.#timer = undefined;
    this.nowMs = this.#wall.monotonic();
    for (const watched of this.#watched) watched.beat(this.nowMs);
    if (this.#watched.size === 0) this.#periodMs = longestPeriodMs;
    else this.#timer ??= this.#wall.after(this.#periodMs, () => this.#beat());
  }
}
