/** Refuses requests whose Host names no local name: the defence against DNS rebinding. */
import { isIP } from "node:net";

const localSuffixes = [
  "localhost",
  "localhost.localstack.cloud",
  "localhost.fogbank.dev",
  "amazonaws.com",
  "amazonaws.com.cn",
];

/** The host without its port and the dot of the root, in lower case; "" when there is none. */
function hostName(header: string): string {
  const bracket = header.indexOf("]");
  const colon = header.indexOf(":", bracket + 1);
  return (colon < 0 ? header : header.slice(0, colon)).toLowerCase().replace(/\.$/, "");
}

/** Whether a request with this Host may be answered; `allowed` are names besides local ones. */
export function createHostGuard(
  allowed: ReadonlySet<string>,
): (header: string | undefined) => boolean {
  // Clients say the same with each request.
  const trusted = new Set<string>();
  return (header = "") => {
    if (trusted.has(header)) return true;
    if (!isTrustedHost(header, allowed)) return false;
    if (trusted.size < mostHosts) trusted.add(header);
    return true;
  };
}

const mostHosts = 1000;

/**
 * A browser that was lured to attacker.example sends that name even when it resolves to this
 * machine. Addresses, localhost and AWS's own names cannot be an attacker's, nor can a bare name
 * without dots (a container's, from a compose file).
 */
function isTrustedHost(header: string, allowed: ReadonlySet<string>): boolean {
  const name = hostName(header);
  if (name === "" || allowed.has(name)) return true;
  if (isIP(name.replace(/^\[|\]$/g, "")) !== 0) return true;
  if (!name.includes(".")) return true;
  return localSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}
