/** What security groups let in at a load balancer and out of it. */
import { protocolNumbers, type PacketRule } from "#compute/network-rules.ts";
import { compileBlocks } from "#traffic/application/cidr.ts";
import type { InboundRule } from "#traffic/door.ts";
import type { Scope } from "#store/collection.ts";
import type { GroupMember, PublishedGroups } from "../group-directory.ts";
import type { Environment } from "../service.ts";

/** A load balancer as its groups see it. */
export interface Guarded {
  /** "network" for one that shows targets its clients' addresses. */
  type?: string | undefined;
  vpcId: string;
  scheme: "internet-facing" | "internal";
  securityGroups: readonly string[];
}

type Env = Pick<Environment, "groups" | "names">;

/**
 * Where programs of this machine that are no instances connect from, and IPv6 clients. Instances and load
 * balancers have addresses above. (See `decisions/load-balancer-security-groups.md`.)
 */
const thisMachine = ["127.0.0.0/10", "::1/128"];
const anywhere = "0.0.0.0/0";

/** How soon to ask again, cloud time. */
export const unknownGuardMs = 100;

/** Whether it is known already what its groups let through. */
export function isGuardKnown(env: Env, scope: Scope, { securityGroups }: Guarded): boolean {
  return securityGroups.length === 0 || env.groups.find(scope) !== undefined;
}

/** Undefined for a network load balancer that has no groups: it lets everybody in. */
export function inboundRules(env: Env, scope: Scope, balancer: Guarded): InboundRule[] | undefined {
  if (balancer.securityGroups.length === 0) return undefined;
  const groups = env.groups.find(scope);
  if (!groups) return [];
  let clients: KnownClient[] | undefined;
  return balancer.securityGroups
    .flatMap((id) => groups.rules.get(id)?.ingress ?? [])
    .map((rule) => ({
      protocol: rule.protocol,
      ports: rule.ports,
      blocks: rule.cidrs.includes(anywhere)
        ? rule.cidrs
        : [
            ...rule.cidrs,
            ...hostsOf(rule, (clients ??= clientsOf(env, groups, balancer))),
            // This machine counts as a member of each VPC's default group: else nobody would reach what has no other.
            ...(rule.groups.some((id) => groups.defaults.has(id)) ? thisMachine : []),
          ],
    }));
}

/** Somebody who connects from an address of this host's, and is seen under others. */
interface KnownClient {
  hosts: readonly string[];
  addresses: readonly string[];
  groups: readonly string[];
}

/** The addresses on this host of those whom the rule lets in by what they are in the cloud. */
function hostsOf({ cidrs, groups }: PacketRule, clients: readonly KnownClient[]): string[] {
  const includes = compileBlocks(cidrs);
  return clients
    .filter(
      (client) =>
        client.groups.some((id) => groups.includes(id)) || client.addresses.some(includes),
    )
    .flatMap(({ hosts }) => hosts.map((host) => `${host}/32`));
}

function clientsOf(env: Env, groups: PublishedGroups, balancer: Guarded): KnownClient[] {
  return [
    ...groups.members.map((member) => ({
      // Without an address of its own it is seen under its private ones, as a container is.
      hosts: member.host === undefined ? member.privateIps : [member.host],
      addresses: addressesOf(member, balancer),
      groups: member.groups,
    })),
    ...nodesOf(env).map(({ host, address, groups: own }) => ({
      hosts: [host],
      addresses: [address],
      groups: own,
    })),
  ];
}

/**
 * What those who connect from an address of their own on this host are called in the cloud, where the balancer
 * sees it: by that address.
 */
export function clientNames(env: Env, scope: Scope, balancer: Guarded): Record<string, string> {
  const groups = env.groups.find(scope);
  if (!groups) return {};
  const named = groups.members.flatMap((member) => {
    const [address] = addressesOf(member, balancer);
    return member.host === undefined || address === undefined ? [] : [[member.host, address]];
  });
  // One that is in several zones is seen under its first address, as machines see it.
  const nodes = nodesOf(env).toReversed();
  const others = nodes.map(({ host, address }) => [host, address]);
  return Object.fromEntries([...named, ...others]) as Record<string, string>;
}

/** Over the internet an instance is seen under its public addresses; from its own VPC it counts as either. */
function addressesOf(member: GroupMember, { vpcId, scheme }: Guarded): string[] {
  const { privateIps, publicIps } = member;
  if (scheme === "internal") return [...privateIps];
  return member.vpcId === vpcId ? [...privateIps, ...publicIps] : [...publicIps];
}

function nodesOf({ names }: Pick<Env, "names">) {
  return names
    .list()
    .flatMap(
      ({ sender }) => sender?.nodes.map((node) => ({ ...node, groups: sender.groups })) ?? [],
    );
}

export function outboundRules(env: Env, scope: Scope, { securityGroups }: Guarded): PacketRule[] {
  const groups = env.groups.find(scope);
  return securityGroups.flatMap((id) => groups?.rules.get(id)?.egress ?? []);
}

/** Whether a rule lets members of a default group in. */
export function countsAsDefault(env: Env, scope: Scope, { securityGroups }: Guarded): boolean {
  const groups = env.groups.find(scope);
  return securityGroups.some((id) =>
    groups?.rules
      .get(id)
      ?.ingress.some((rule) => rule.groups.some((one) => groups.defaults.has(one))),
  );
}

/** A target as the outbound rules see it. */
export type Destination =
  | { instanceId: string; port: number }
  | { address: string; port: number }
  /** Of another load balancer. */
  | { host: string; port: number };

/** Whether the balancer's outbound rules let it connect to a target. */
export function letsOut(
  env: Env,
  scope: Scope,
  balancer: Guarded,
  destination: Destination,
  protocol: "tcp" | "udp" = "tcp",
): boolean {
  const groups = env.groups.find(scope);
  if (balancer.securityGroups.length === 0 || !groups) return true;
  const about = outboundRules(env, scope, balancer).filter((rule) =>
    isAbout(rule, protocol, destination.port),
  );
  if (about.some(({ cidrs }) => cidrs.includes(anywhere))) return true;
  const { addresses, memberOf } = factsOf(env, groups, balancer, destination);
  return about.some(
    (rule) =>
      addresses.some(compileBlocks(rule.cidrs)) || memberOf.some((id) => rule.groups.includes(id)),
  );
}

function isAbout({ protocol, ports }: PacketRule, name: "tcp" | "udp", port: number): boolean {
  if (protocol === undefined) return true;
  return protocol === protocolNumbers[name] && (!ports || (ports.from <= port && port <= ports.to));
}

/**
 * Whether a target's own rules let the balancer in by its group. Then it has to come as what it is, and not from
 * its client's address, in spite of what its target group says.
 */
export function isLetInByGroup(
  env: Env,
  scope: Scope,
  balancer: Guarded,
  destination: Destination,
  protocol: "tcp" | "udp" = "tcp",
): boolean {
  const groups = env.groups.find(scope);
  if (!groups) return false;
  const { memberOf } = factsOf(env, groups, balancer, destination);
  const about = memberOf
    .flatMap((id) => groups.rules.get(id)?.ingress ?? [])
    .filter((rule) => isAbout(rule, protocol, destination.port));
  return (
    !about.some(({ cidrs }) => cidrs.includes(anywhere)) &&
    about.some((rule) => rule.groups.some((id) => balancer.securityGroups.includes(id)))
  );
}

/** The rules that name the balancer's groups, and the instances in whose groups they stand: what `isLetInByGroup` may say. */
export function introductions(env: Env, scope: Scope, { securityGroups }: Guarded): unknown[] {
  const groups = env.groups.find(scope);
  if (!groups || securityGroups.length === 0) return [];
  const naming = [...groups.rules].flatMap(([id, { ingress }]) =>
    ingress.some((rule) => rule.groups.some((one) => securityGroups.includes(one)))
      ? [{ id, ingress }]
      : [],
  );
  const members = groups.members.filter((member) =>
    naming.some(({ id }) => member.groups.includes(id)),
  );
  return [naming, members.map(({ instanceId }) => instanceId)];
}

function factsOf(env: Env, groups: PublishedGroups, { vpcId }: Guarded, destination: Destination) {
  if ("host" in destination) {
    const found = nodesOf(env).filter(({ host }) => host === destination.host);
    return {
      addresses: found.map(({ address }) => address),
      memberOf: found.flatMap((node) => node.groups),
    };
  }
  const own =
    "instanceId" in destination
      ? groups.members.filter(({ instanceId }) => instanceId === destination.instanceId)
      : groups.members.filter(
          (one) => one.vpcId === vpcId && one.privateIps.includes(destination.address),
        );
  return {
    addresses:
      "address" in destination
        ? [destination.address]
        : own.flatMap(({ privateIps }) => privateIps),
    memberOf: own.flatMap((one) => one.groups),
  };
}
