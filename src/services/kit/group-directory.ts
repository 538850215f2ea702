/**
 * What security groups let through and who is in them, as EC2 has it, for what stands in groups without being a
 * machine: load balancers. Published anew by a reconciler after a start, and so in no store.
 */
import type { PacketRule } from "#compute/network-rules.ts";
import type { Scope } from "#store/collection.ts";

export interface GroupRules {
  /** IPv6 ranges stand among the others. */
  ingress: readonly PacketRule[];
  egress: readonly PacketRule[];
}

/** A network interface of an instance. */
export interface GroupMember {
  instanceId: string;
  vpcId: string;
  privateIps: readonly string[];
  publicIps: readonly string[];
  groups: readonly string[];
  /** The loopback address that the instance connects from, where it has one of its own. */
  host: string | undefined;
}

export interface PublishedGroups {
  /** By the group's id. */
  rules: ReadonlyMap<string, GroupRules>;
  /** The groups that VPCs come with. */
  defaults: ReadonlySet<string>;
  members: readonly GroupMember[];
}

export interface GroupDirectory {
  publish(scope: Scope, groups: PublishedGroups): void;
  /** Undefined until EC2 has looked. */
  find(scope: Scope): PublishedGroups | undefined;
  /** Calls back after changes. */
  onChange(changed: (scope: Scope) => void): void;
}

export function createGroupDirectory(): GroupDirectory {
  const published = new Map<string, PublishedGroups>();
  const listeners = new Set<(scope: Scope) => void>();
  const placeOf = ({ account, region }: Scope) => `${account} ${region}`;
  return {
    publish(scope, groups) {
      published.set(placeOf(scope), groups);
      for (const changed of listeners) changed(scope);
    },
    find: (scope) => published.get(placeOf(scope)),
    onChange: (changed) => void listeners.add(changed),
  };
}
