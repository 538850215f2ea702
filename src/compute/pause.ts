import type { Wall } from "#runtime/clock.ts";

/** Waits in wall time: for what happens outside of the cloud, such as processes that end. */
export function pause(wall: Wall, delayMs: number): Promise<void> {
  return new Promise((resolve) => void wall.after(delayMs, () => resolve()));
}
