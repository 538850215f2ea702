import type { Random } from "#runtime/random.ts";
import { dayMs } from "./limits.ts";
import type { KeyRecord } from "./records.ts";

/** The key with new material; what was encrypted before still opens. */
export function rotate(
  key: KeyRecord,
  random: Random,
  nowMs: number,
  type: "AUTOMATIC" | "ON_DEMAND",
): KeyRecord {
  return {
    ...key,
    material: [...key.material, Uint8Array.from(random.bytes(32))],
    rotations: [...key.rotations, { dateMs: nowMs, type }],
    ...(key.rotation &&
      type === "AUTOMATIC" && {
        rotation: { ...key.rotation, nextMs: nowMs + key.rotation.periodDays * dayMs },
      }),
  };
}
