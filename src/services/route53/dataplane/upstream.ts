/** Where the VPC's resolver asks on: this host's own name servers. */
import { Resolver } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { addressBytes } from "../values/bytes.ts";
import { typeNumbers } from "./record-types.ts";
import type { ResolvedRecord } from "./resolution.ts";

/** Wall time, of each of two tries: a machine's own resolver waits five seconds. */
const timeoutMs = 1_500;

/** The addresses of a name; empty where nobody knows any. */
export type AskUpstream = (name: string, type: "A" | "AAAA") => Promise<ResolvedRecord[]>;

/** `servers`: "192.0.2.1" or "192.0.2.1:53"; those of this host without them. */
export function createUpstream(servers?: readonly string[]): AskUpstream {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers) resolver.setServers(servers);
  return async (name, type) => {
    try {
      const found =
        type === "A"
          ? await resolver.resolve4(name, { ttl: true })
          : await resolver.resolve6(name, { ttl: true });
      return found.map(({ address, ttl }) => ({
        name,
        type: isIPv4(address) ? typeNumbers.A : typeNumbers.AAAA,
        ttl,
        rdata: addressBytes(address),
        text: address,
      }));
    } catch (error) {
      // ENOTFOUND, ENODATA, ETIMEOUT …: what is known is answered without them.
      if (typeof (error as NodeJS.ErrnoException).code === "string") return [];
      throw error;
    }
  };
}
