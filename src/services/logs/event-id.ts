import { createHash } from "node:crypto";

/** Digits only, the same whenever the event is found, as AWS's are. `place` orders events over all streams. */
export function eventId(place: string): string {
  return BigInt(`0x${createHash("sha1").update(place).digest("hex")}`)
    .toString()
    .padStart(56, "3")
    .slice(0, 56);
}
