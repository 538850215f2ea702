/**
 * Gives memory back to the host when nothing is asked for: V8 keeps what starting and loading services
 * left behind until allocations press it, and an idle Fogbank makes none.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Timer, Wall } from "#runtime/clock.ts";

/** Fewer requests than these in one look: nobody notices a pause of some 70 ms. */
const fewRequests = 10;
const lookMs = 3000;
/** So much work leaves so little behind that it is not worth a collection. */
const worthwhileRequests = 1000;

export interface Work {
  /** Answered so far. */
  requests: number;
  /** In use by now. */
  services: number;
}

/** Collects once after each busy time, of `worthwhileRequests` or a service's first use. */
export function giveBackMemoryWhenIdle(
  wall: Wall,
  work: () => Work,
  collect: () => void = collectAll,
): { stop(): void } {
  let timer: Timer;
  let seen = work().requests;
  let collected = { requests: seen, services: -1 };
  const look = () => {
    const { requests, services } = work();
    const isIdle = requests - seen < fewRequests;
    const isWorthwhile =
      services !== collected.services || requests - collected.requests >= worthwhileRequests;
    seen = requests;
    if (isIdle && isWorthwhile) {
      collect();
      collected = { requests, services };
    }
    timer = wall.after(lookMs, look);
  };
  timer = wall.after(lookMs, look);
  return { stop: () => timer.cancel() };
}

type Collect = (options: { type: "major"; flavor: "last-resort" }) => void;

/** Only this kind of collection unmaps the pages that it empties. Node shows it by a flag alone. */
function collectAll(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", flavor: "last-resort" });
}
