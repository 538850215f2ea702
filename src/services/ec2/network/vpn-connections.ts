/** Site-to-Site VPN connections: two tunnels each, and what a customer's device is told of them. */
import type { VpnTunnelOptionsSpecification } from "@aws-sdk/client-ec2";
import type { Random } from "#runtime/random.ts";
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import { invalidParameterValue, unsupportedParameter } from "../errors.ts";
import { contains, formatCidr, numberToAddress, parseCidr } from "./cidr.ts";
import type { CustomerGatewayRecord, VpnGatewayRecord } from "./gateway-records.ts";

export interface VpnTunnel {
  outsideIp: string;
  insideCidr: string;
  preSharedKey: string;
  /** Options of the negotiation, as they were asked for. */
  options: VpnTunnelOptionsSpecification;
}

export interface VpnConnectionRecord {
  vpnConnectionId: string;
  customerGatewayId: string;
  vpnGatewayId?: string;
  state: "available" | "deleted";
  staticRoutesOnly: boolean;
  localCidr: string;
  remoteCidr: string;
  /** Destinations behind the customer's device. */
  routes: string[];
  tunnels: VpnTunnel[];
  createdMs: number;
  tags: Tags;
}

export const vpnConnections = collection<VpnConnectionRecord>("ec2", "vpn-connection");

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnTunnelOptionsSpecification.html */
const insideRange = parseCidr("169.254.0.0/16")!;
const reservedInside = [0, 1, 2, 3, 4, 5].map((third) => `169.254.${third}.0/30`);
reservedInside.push("169.254.169.252/30");
const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
const keyLength = 32;

/** The inside addresses asked for, or some that no tunnel of `taken` has. */
export function insideCidr(
  random: Random,
  asked: string | undefined,
  taken: readonly string[],
): string {
  if (asked !== undefined) {
    const cidr = parseCidr(asked);
    const canonical = cidr && formatCidr(cidr);
    const fits = cidr?.length === 30 && contains(insideRange, cidr);
    if (!fits || reservedInside.includes(canonical!))
      throw invalidParameterValue(
        `Value (${asked}) for parameter tunnelInsideCidr is invalid. It must be a size /30 CIDR block from the 169.254.0.0/16 range that is not reserved.`,
      );
    if (taken.includes(canonical!))
      throw invalidParameterValue(
        `Value (${asked}) for parameter tunnelInsideCidr is invalid. It is in use by another tunnel of the virtual private gateway.`,
      );
    return canonical!;
  }
  for (;;) {
    const block = Math.floor(random.next() * 2 ** 14);
    const found = formatCidr({ base: insideRange.base + block * 4, length: 30 });
    if (!reservedInside.includes(found) && !taken.includes(found)) return found;
  }
}

export function preSharedKey(random: Random, asked: string | undefined): string {
  if (asked === undefined) {
    const key = random.string(keyLength, keyAlphabet);
    return key.startsWith("0") ? `a${key.slice(1)}` : key;
  }
  if (!/^(?!0)[a-zA-Z0-9._]{8,64}$/.test(asked))
    throw invalidParameterValue(
      "The pre-shared key must have between 8 and 64 characters, be of letters, digits, periods and underscores, and not start with zero.",
    );
  return asked;
}

export function negotiation(asked: VpnTunnelOptionsSpecification): VpnTunnelOptionsSpecification {
  const { TunnelInsideCidr: _, PreSharedKey: __, ...options } = asked;
  for (const name of ["TunnelInsideIpv6Cidr", "LogOptions"] as const)
    if (options[name] !== undefined) throw unsupportedParameter(name);
  if (options.EnableTunnelLifecycleControl)
    throw unsupportedParameter("EnableTunnelLifecycleControl");
  return options;
}

/** The XML that devices are set up with, whose form AWS's clients read tunnels from. */
export function customerGatewayConfiguration(
  connection: VpnConnectionRecord,
  customer: CustomerGatewayRecord,
  gateway: VpnGatewayRecord | undefined,
): string {
  const { vpnConnectionId, customerGatewayId, vpnGatewayId = "", staticRoutesOnly } = connection;
  const end = (name: string, outside: string, inside: string, asn: string | number) =>
    element(
      name,
      element("tunnel_outside_address", element("ip_address", outside)),
      element(
        "tunnel_inside_address",
        element("ip_address", inside),
        element("network_mask", "255.255.255.252"),
        element("network_cidr", "30"),
      ),
      ...(staticRoutesOnly
        ? []
        : [element("bgp", element("asn", String(asn)), element("hold_time", "30"))]),
    );
  const tunnels = connection.tunnels.map(({ outsideIp, insideCidr: inside, preSharedKey: key }) => {
    const { base } = parseCidr(inside)!;
    return element(
      "ipsec_tunnel",
      end("customer_gateway", customer.ipAddress, numberToAddress(base + 2), customer.bgpAsn),
      end("vpn_gateway", outsideIp, numberToAddress(base + 1), gateway?.amazonSideAsn ?? ""),
      element(
        "ike",
        element("authentication_protocol", "sha1"),
        element("encryption_protocol", "aes-128-cbc"),
        element("lifetime", "28800"),
        element("perfect_forward_secrecy", "group2"),
        element("mode", "main"),
        element("pre_shared_key", key),
      ),
      element(
        "ipsec",
        element("protocol", "esp"),
        element("authentication_protocol", "hmac-sha1-96"),
        element("encryption_protocol", "aes-128-cbc"),
        element("lifetime", "3600"),
        element("perfect_forward_secrecy", "group2"),
        element("mode", "tunnel"),
        element("clear_df_bit", "true"),
        element("fragmentation_before_encryption", "true"),
        element("tcp_mss_adjustment", "1379"),
        element("dead_peer_detection", element("interval", "10"), element("retries", "3")),
      ),
    );
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<vpn_connection id="${vpnConnectionId}">`,
    element("customer_gateway_id", customerGatewayId),
    element("vpn_gateway_id", vpnGatewayId),
    element("vpn_connection_type", "ipsec.1"),
    ...(staticRoutesOnly ? [element("vpn_connection_attributes", "NoBGPVPNConnection")] : []),
    ...tunnels,
    "</vpn_connection>",
  ].join("\n");
}

/** Texts are ids, addresses and keys, of which none has to be escaped. */
function element(name: string, ...content: string[]): string {
  const text = content.join("\n");
  if (!text.startsWith("<")) return `<${name}>${text}</${name}>`;
  return `<${name}>\n${text.replace(/^/gm, "  ")}\n</${name}>`;
}
