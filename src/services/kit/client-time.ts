/**
 * Times that clients stamp. A client reads the machine's clock; under a scaled or advanced clock the
 * cloud's time runs ahead of it, and under a virtual clock lies elsewhere altogether. A time that is
 * nearer to the machine's time than to the cloud's is taken as meant by the machine's clock, and moved
 * so that "now" stays "now". Services that call in this process always mean cloud time.
 */
import type { Clock } from "#runtime/clock.ts";
import type { Principal } from "#services/kit/service.ts";

/** Clocks that are less than this apart need no mapping. */
const tolerableMs = 60_000;

/** What to add to a client's time to get cloud time. */
export function clientOffset(
  { clock, principal }: { clock: Clock; principal: Principal },
  stampMs: number,
): number {
  if (principal.type === "service") return 0;
  const cloudMs = clock.now();
  const offsetMs = cloudMs - clock.wall.now();
  if (Math.abs(offsetMs) < tolerableMs) return 0;
  const nearMachine = Math.abs(stampMs + offsetMs - cloudMs) < Math.abs(stampMs - cloudMs);
  return nearMachine ? offsetMs : 0;
}
