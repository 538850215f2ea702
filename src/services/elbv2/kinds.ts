/** Application or network: what kind of load balancer a record is of, or is for. */
import type { NetworkProtocol } from "#traffic/network/config.ts";
import {
  functionGroupAttributes,
  targetGroupAttributes,
  listenerAttributes,
  loadBalancerAttributes,
  type AttributeTable,
} from "./attributes.ts";
import {
  networkBalancerAttributes,
  networkGroupAttributes,
  networkListenerAttributes,
} from "./network-load-balancers/attributes.ts";
import type { LoadBalancerRecord, ListenerRecord, TargetGroupRecord } from "./records.ts";

const networkProtocols: readonly string[] = [
  "UDP",
  "TCP",
  "TLS",
  "TCP_UDP",
] satisfies NetworkProtocol[];

export const isNetwork = ({ type }: Pick<LoadBalancerRecord, "type">) => type === "network";

/** Of a listener or a target group. */
export function isNetworkProtocol(protocol: string): protocol is NetworkProtocol {
  return networkProtocols.includes(protocol);
}

export function balancerTable(balancer: LoadBalancerRecord): AttributeTable {
  const table = isNetwork(balancer) ? networkBalancerAttributes : loadBalancerAttributes;
  if (balancer.scheme !== "internal") return table;
  // "It is set to false for internet-facing load balancers and true for internal load balancers."
  const key = "ipv6.deny_all_igw_traffic";
  return { ...table, [key]: { ...table[key]!, default: "true" } };
}

export function isAttributeOfSomeType(key: string): boolean {
  return (
    Object.hasOwn(loadBalancerAttributes, key) || Object.hasOwn(networkBalancerAttributes, key)
  );
}

export function groupTable(group: TargetGroupRecord): AttributeTable {
  if (group.targetType === "lambda") return functionGroupAttributes;
  return isNetworkProtocol(group.protocol)
    ? networkGroupAttributes(group.protocol, group.targetType)
    : targetGroupAttributes;
}

/** Of a target group of any kind. */
export function isAttributeOfSomeGroup(key: string): boolean {
  const tables = [
    targetGroupAttributes,
    functionGroupAttributes,
    networkGroupAttributes("TCP", "instance"),
  ];
  return tables.some((table) => Object.hasOwn(table, key));
}

export function listenerTable({ protocol }: ListenerRecord): AttributeTable {
  if (!isNetworkProtocol(protocol)) return listenerAttributes;
  return networkListenerAttributes(protocol);
}
