/** From records to what the compute driver is told of each VPC. A pure function of them. */
import type {
  GuardedNetwork,
  MachineRules,
  NetworkMember,
  PacketMatch,
  PacketRule,
} from "#compute/network-rules.ts";
import { protocolNumbers } from "#compute/network-rules.ts";
import type { PublishedSender } from "#services/kit/name-directory.ts";
import { addressToNumber, numberToAddress } from "../cidr.ts";
import { packetRoutes } from "./packet-routes.ts";
import type {
  AclEntry,
  NetworkInterfaceRecord,
  SecurityGroupRuleRecord,
  VpcRecord,
} from "../records.ts";
import type { NetworkRecords } from "./read-records.ts";

export function guardedNetworks(
  records: NetworkRecords,
  senders: readonly PublishedSender[],
): GuardedNetwork[] {
  return records.vpcs.flatMap((vpc) => {
    const attached = records.interfaces.filter(
      ({ vpcId, attachment }) => vpcId === vpc.vpcId && attachment?.instanceId !== undefined,
    );
    if (attached.length === 0) return [];
    const members: NetworkMember[] = byInstance(attached).flatMap(([machineId, own]) =>
      own.flatMap(({ privateIps, groups }) =>
        privateIps.map(({ address }) => ({ privateIp: address, at: { machineId }, groups })),
      ),
    );
    for (const { vpcId, nodes, groups } of senders)
      if (vpcId === vpc.vpcId)
        for (const { address, host } of nodes)
          members.push({ privateIp: address, at: { host }, groups });
    const machines = byInstance(attached).map(
      ([machineId, own]) => [machineId, machineRules(records, vpc, own)] as const,
    );
    return [{ id: vpc.vpcId, members, machines: new Map(machines) }];
  });
}

/** Each instance with its interfaces in order of device index. */
function byInstance(
  attached: readonly NetworkInterfaceRecord[],
): [string, NetworkInterfaceRecord[]][] {
  const found = new Map<string, NetworkInterfaceRecord[]>();
  for (const one of attached) {
    const id = one.attachment!.instanceId!;
    found.set(id, [...(found.get(id) ?? []), one]);
  }
  for (const own of found.values())
    own.sort((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex);
  return [...found];
}

function machineRules(
  records: NetworkRecords,
  vpc: VpcRecord,
  own: readonly NetworkInterfaceRecord[],
): MachineRules {
  const [primary] = own as [NetworkInterfaceRecord];
  const groups = new Set(own.flatMap((one) => one.groups));
  const rules = records.groupRules
    .filter(({ groupId }) => groups.has(groupId))
    .sort((a, b) => a.groupId.localeCompare(b.groupId) || a.order - b.order);
  const { routes, reaches } = packetRoutes(records, vpc, primary);
  const resolver = numberToAddress(addressToNumber(vpc.cidrs[0]!.cidr.split("/")[0]!)! + 2);
  return {
    privateIps: own.flatMap(({ privateIps }) => privateIps.map(({ address }) => address)),
    ingress: packetRules(records, rules, false),
    egress: packetRules(records, rules, true),
    acl: aclOf(records, primary),
    routes,
    resolvers: vpc.enableDnsSupport ? [resolver, "169.254.169.253"] : [],
    reaches,
  };
}

/** Rules about the same packets become one. */
function packetRules(
  records: NetworkRecords,
  rules: readonly SecurityGroupRuleRecord[],
  egress: boolean,
): PacketRule[] {
  const found = new Map<string, PacketRule & { cidrs: string[]; groups: string[] }>();
  for (const rule of rules) {
    if (rule.isEgress !== egress) continue;
    const match = matchOf(rule);
    if (!match) continue;
    const key = JSON.stringify(match);
    const one = found.get(key) ?? { ...match, cidrs: [], groups: [] };
    found.set(key, one);
    if (rule.cidrIpv4) one.cidrs.push(rule.cidrIpv4);
    if (rule.prefixListId) one.cidrs.push(...records.prefixCidrs(rule.prefixListId));
    if (rule.peerGroup) one.groups.push(rule.peerGroup.groupId);
  }
  return [...found.values()];
}

/** Undefined for what is never seen here, as ICMP for IPv6. */
export function matchOf({
  protocol,
  fromPort,
  toPort,
}: SecurityGroupRuleRecord): PacketMatch | undefined {
  if (protocol === "-1") return {};
  if (protocol === "icmpv6") return undefined;
  if (protocol === "icmp")
    return {
      protocol: protocolNumbers.icmp,
      ...(fromPort >= 0 && { icmp: { type: fromPort, ...(toPort >= 0 && { code: toPort }) } }),
    };
  if (protocol === "tcp" || protocol === "udp")
    return { protocol: protocolNumbers[protocol], ports: { from: fromPort, to: toPort } };
  return { protocol: Number(protocol) };
}

/** Undefined for an access control list that lets everything pass, as default ones do. */
function aclOf(records: NetworkRecords, { subnetId }: NetworkInterfaceRecord): MachineRules["acl"] {
  const subnet = records.subnets.find((one) => one.subnetId === subnetId);
  const acl = records.networkAcls.find(({ associations }) =>
    associations.some((one) => one.subnetId === subnetId),
  );
  if (!subnet || !acl) return undefined;
  const inOrder = (egress: boolean) =>
    acl.entries
      .filter((entry) => entry.egress === egress && entry.cidr !== undefined)
      .sort((a, b) => a.ruleNumber - b.ruleNumber);
  const [ingress, egress] = [inOrder(false), inOrder(true)];
  if ([ingress, egress].every(([first]) => first && letsAllPass(first))) return undefined;
  return { subnet: subnet.cidr, ingress: ingress.map(aclRule), egress: egress.map(aclRule) };
}

function letsAllPass({ action, protocol, cidr }: AclEntry): boolean {
  return action === "allow" && protocol === "-1" && cidr === "0.0.0.0/0";
}

function aclRule({ protocol, action, cidr, icmp, ports }: AclEntry) {
  return {
    ...(protocol !== "-1" && { protocol: Number(protocol) }),
    ...(icmp && icmp.type >= 0 && { icmp }),
    ...(ports && { ports }),
    cidr: cidr!,
    allow: action === "allow",
  };
}
