/** How often a resource that is not ready is asked about: soon at first, then at growing distance. */
import type { Turn } from "./turn.ts";

const firstMs = 250;
const longestMs = 5000;

/** True when it is time to ask again about a token; otherwise the turn comes back when it is. */
export function isDue(turn: Turn, token: string): boolean {
  const pace = turn.state.paces.get(token);
  if (!pace || turn.now >= pace.nextMs) return true;
  turn.again(pace.nextMs - turn.now);
  return false;
}

/** Plans the next look, after `afterMs` where the resource's type knows better. */
export function lookLater(turn: Turn, token: string, afterMs?: number): void {
  const { paces } = turn.state;
  const delayMs =
    afterMs ?? Math.min(longestMs, (paces.get(token)?.delayMs ?? firstMs / 1.5) * 1.5);
  paces.set(token, { delayMs, nextMs: turn.now + delayMs });
  turn.again(delayMs);
}
