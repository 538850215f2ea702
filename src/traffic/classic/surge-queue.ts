/**
 * What waits at a node for an instance that accepts its connection.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html
 */
import type { Wall } from "#runtime/clock.ts";

const mostWaiting = 1024;
const firstPauseMs = 20;
const longestPauseMs = 1000;

export class SurgeQueue {
  readonly #wall: Wall;
  /** Told of each new length. */
  readonly #grew: (length: number) => void;
  #length = 0;

  constructor(wall: Wall, grew: (length: number) => void) {
    this.#wall = wall;
    this.#grew = grew;
  }

  /** Undefined when the queue is full: what came is rejected. */
  enter(): Place | undefined {
    if (this.#length >= mostWaiting) return undefined;
    this.#length++;
    this.#grew(this.#length);
    let pauseMs = firstPauseMs;
    return {
      wait: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wall.after(pauseMs, resolve);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        return promise;
      },
      leave: () => void this.#length--,
    };
  }
}

export interface Place {
  /** Until it is time for the next try: each pause is twice as long as the last. */
  wait(): Promise<void>;
  leave(): void;
}
