/** How load balancers connect to machines. */
import { isIPv4 } from "node:net";
import type { Reach } from "#compute/driver.ts";
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
