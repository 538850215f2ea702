import { createWall } from "#runtime/wall.ts";

const wall = createWall((error) => {
  throw error;
});

/** Waits so many milliseconds of the system's time. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    wall.after(durationMs, resolve);
  });
}
