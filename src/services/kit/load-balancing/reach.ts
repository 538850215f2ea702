/** How load balancers connect to machines. */
import { isIPv4 } from "node:net";
import type { Reach } from "#compute/driver.ts";
import type { PublishedName, PublishedSender } from "../name-directory.ts";
import type { Environment } from "../service.ts";

/** Whether targets tell a balancer by the address that it connects from, as their security groups' rules demand. */
export function sendsFromOwnAddress({ compute }: Environment): boolean {
  return compute.name === "process" && compute.guard !== undefined;
}

/**
 * As one balancer connects: from its own address where the target is on a loopback address, too, and tells who
 * comes by that; another load balancer (`toBalancer`) always does.
 */
export function reachFrom(
  env: Environment,
  reach: Reach | undefined,
  localAddress: string | undefined,
  toBalancer = false,
): Reach | undefined {
  if (!reach || "path" in reach || localAddress === undefined) return reach;
  // A balancer that could not bind its own address is on this one, from where the other's is not to be had.
  const tells = toBalancer ? reach.host !== "127.0.0.1" : sendsFromOwnAddress(env);
  // From an address of IPv4 no way leads to one of IPv6.
  return tells && isLoopback(reach.host) && isIPv4(reach.host) ? { ...reach, localAddress } : reach;
}

export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/**
 * What machines are told of an internal load balancer instead of the addresses of this host that lead to it: its
 * interfaces' ones, where machines connect to private addresses.
 */
export function insideOf(
  env: Environment,
  { scheme }: { scheme: "internet-facing" | "internal" },
  { vpcId, nodes }: PublishedSender,
  told: readonly string[],
): PublishedName["inside"] {
  if (scheme !== "internal" || !sendsFromOwnAddress(env) || told.length === 0) return undefined;
  const found = told.map((host) => nodes.filter((node) => node.host === host));
  // Where a listener is not on the load balancer's own address, no interface leads to it.
  if (found.some((own) => own.length === 0)) return undefined;
  return { vpcId, addresses: found.flat().map(({ address }) => address) };
}
