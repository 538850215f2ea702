/** Finds a place for a listener. */
import { isIPv6 } from "node:net";
import type { BoundAddress } from "../application/config.ts";

export interface Bound {
  address: BoundAddress;
  close(): Promise<void>;
}

/** Tries, to get one port for two protocols. */
const mostTries = 20;

/**
 * Binds at the node's own address, else where it was bound before, else at any free port of
 * 127.0.0.1 (of its own address if that is of IPv6); all openers at the same port. Throws the last failure.
 */
export async function bindAll(
  wanted: BoundAddress,
  before: BoundAddress | undefined,
  openers: readonly ((place: BoundAddress) => Promise<Bound>)[],
): Promise<Bound[]> {
  const anywhere = { host: isIPv6(wanted.host) ? wanted.host : "127.0.0.1", port: 0 };
  const again = openers.length > 1 ? mostTries : 1;
  const places = [
    wanted,
    ...(before ? [before] : []),
    ...Array.from({ length: again }, () => anywhere),
  ];
  let failure: unknown;
  for (const place of places) {
    const bound: Bound[] = [];
    try {
      for (const open of openers)
        bound.push(await open({ host: place.host, port: bound[0]?.address.port ?? place.port }));
      return bound;
    } catch (error) {
      failure = error;
      await Promise.all(bound.map((one) => one.close()));
    }
  }
  throw failure;
}
