import type { Clock } from "#runtime/clock.ts";

/** How much wall time a span of cloud time takes; a virtual clock has no answer, there it is the same. */
export function wallTime(clock: Clock, cloudMs: number): number {
  return clock.speed > 0 ? cloudMs / clock.speed : cloudMs;
}
