/** What the signals mean that ask Fogbank to end: the first one ends it gracefully, a later one at once. */

/**
 * How long another signal is the same wish: npm passes on what Ctrl-C sent to the whole terminal, so that
 * the program below `npm start` gets two of one keypress.
 */
const sameWishMs = 1000;

export type Ending = "gracefully" | "at once";

/** Told of each signal; undefined for one that says nothing new. `monotonic` gives milliseconds. */
export function createEndSignals(monotonic: () => number): () => Ending | undefined {
  let firstMs: number | undefined;
  return () => {
    const nowMs = monotonic();
    if (firstMs === undefined) {
      firstMs = nowMs;
      return "gracefully";
    }
    return nowMs - firstMs < sameWishMs ? undefined : "at once";
  };
}
