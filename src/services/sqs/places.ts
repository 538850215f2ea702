/** Where messages lie in their queues: sortable by arrival, unique even among processes. */
import type { Random } from "#runtime/random.ts";

const digitPairs = Array.from({ length: 36 ** 2 }, (_, pair) => pair.toString(36).padStart(2, "0"));
const mostPerMs = digitPairs.length ** 2;

/** Gives place after place: the time, a number that tells those of one millisecond apart, and chance. */
export function createPlaces(random: Random): (nowMs: number) => string {
  let sequence = 0;
  let timeMs = Number.NaN;
  let time = "";
  return (nowMs) => {
    const wholeMs = Math.floor(nowMs);
    // Many messages come in one millisecond.
    if (wholeMs !== timeMs) {
      timeMs = wholeMs;
      time = wholeMs.toString(36).padStart(9, "0");
    }
    sequence = (sequence + 1) % mostPerMs;
    const high = digitPairs[Math.floor(sequence / digitPairs.length)]!;
    return `${time}${high}${digitPairs[sequence % digitPairs.length]!}${random.hex(4)}`;
  };
}
