/** Waiting for what comes about in the host's own time: by the clock and not by tries, however slow the host is. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Less than a test may last, so that it fails with a reason. */
const patienceMs = 120_000;

type Found<T> = Exclude<T, false | undefined>;

/**
 * Looks until there is something, neither undefined nor false, and gives it; fails saying what was waited
 * for. `pass` lets some time pass between two looks: of the cloud, too, where that is what comes about in it.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  pass: () => unknown = () => pause(10),
): Promise<Found<T>> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Found<T>;
    if (performance.now() > endMs) assert.fail(`waited in vain: ${what}`);
    await pass();
  }
}
