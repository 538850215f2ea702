/** At a start, what load balancers there were serve again before anybody is told that Fogbank is ready. */
import { listScopes, type Collection } from "#store/collection.ts";
import type { Environment } from "../service.ts";

const lookMs = 20;
/** A balancer that cannot come back, for want of its port or of what it needs, holds nobody up longer. */
const patienceMs = 5000;

/** Resolves once each load balancer's name has its listeners, or after five seconds of the host's time. */
export async function untilServed(
  { clock, store, traffic, log }: Pick<Environment, "clock" | "store" | "traffic" | "log">,
  balancers: Collection<{ dnsName: string; state?: string }>,
): Promise<void> {
  // Under a virtual clock nothing moves on by itself, and nothing is served for real traffic's sake.
  if (clock.mode === "virtual") return;
  const dnsNames = await store.transaction(async (tx) => {
    const lists = (await listScopes(tx)).map((scope) => balancers.list(tx, scope));
    return (await Promise.all(lists))
      .flat()
      .filter(({ state }) => state !== "failed")
      .map(({ dnsName }) => dnsName.toLowerCase());
  });
  const missing = () => dnsNames.filter((name) => !traffic.fronts.has(name));
  const { wall } = clock;
  const endMs = wall.monotonic() + patienceMs;
  while (missing().length > 0) {
    if (wall.monotonic() >= endMs) {
      log.warn("load balancers do not serve yet", { names: missing() });
      return;
    }
    await new Promise<void>((resolve) => wall.after(lookMs, resolve));
  }
}
