/**
 * IPv6 prefixes for source NAT, which a dualstack network load balancer has before it takes datagrams.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SubnetMapping.html
 */
import { isIPv6 } from "node:net";
import type { Random } from "#runtime/random.ts";
import { compileBlocks } from "#traffic/application/cidr.ts";
import { invalidConfiguration, validationError } from "../errors.ts";
import type { LoadBalancerRecord } from "../records.ts";

const prefixLength = 80;

/** Whether the load balancer has them after a request; throws where it cannot. */
export function readSourceNat(
  asked: "on" | "off" | undefined,
  present: boolean,
  { network, type }: { network: boolean; type: LoadBalancerRecord["ipAddressType"] },
): boolean {
  if (asked !== undefined && !network)
    throw invalidConfiguration(
      "EnablePrefixForIpv6SourceNat is supported for Network Load Balancers only",
    );
  if (asked === "on" && type !== "dualstack")
    throw invalidConfiguration(
      `EnablePrefixForIpv6SourceNat cannot be enabled for load balancers with IP address type '${type}'`,
    );
  return type === "dualstack" && (asked === undefined ? present : asked === "on");
}

/** The prefix that a subnet mapping names, if it is one of the subnet's. */
export function readPrefix(given: string, block: string): string {
  const [address = "", length] = given.split("/");
  if (!isIPv6(address) || Number(length) !== prefixLength || !compileBlocks([block])(address))
    throw validationError(
      `The source NAT IPv6 prefix '${given}' must be a /${prefixLength} prefix within the IPv6 CIDR block '${block}' of the subnet`,
    );
  return given;
}

/** "An IPv6 prefix selected at random from the subnet CIDR block", which is a /64. */
export function drawPrefix(random: Random, block: string): string {
  const [network = ""] = block.split("::");
  const groups = network.split(":");
  while (groups.length < 4) groups.push("0");
  const [high, low] = random.bytes(2);
  // Not the first one, whose addresses are given to interfaces.
  const chosen = 1 + (((high! << 8) | low!) % 0xffff);
  return `${groups.join(":")}:${chosen.toString(16)}::/${prefixLength}`;
}
