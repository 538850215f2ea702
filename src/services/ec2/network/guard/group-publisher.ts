/** Tells load balancers what their security groups let through, whenever that changes. */
import { createSerial } from "#compute/serially.ts";
import type { PacketRule } from "#compute/network-rules.ts";
import type { GroupMember, GroupRules, PublishedGroups } from "#services/kit/group-directory.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { prefixLists, readPrefixCidrs } from "../managed-prefix-lists.ts";
import {
  groupRules,
  interfaces,
  securityGroups,
  type NetworkInterfaceRecord,
  type SecurityGroupRuleRecord,
} from "../records.ts";
import { matchOf } from "./guarded-networks.ts";

/** All machines' address where the platform has no other. */
const sharedHost = "127.0.0.1";

export function groupPublisher(env: Environment): Reconciler {
  /** By account and region, then by interface: one that changes is looked at alone. */
  const places = new Map<string, Map<string, GroupMember>>();
  const serially = createSerial();
  const whole = { idOf: () => [] };
  return {
    name: "ec2/group-directory",
    watches: [
      { collection: interfaces },
      { collection: groupRules, ...whole },
      { collection: securityGroups, ...whole },
      { collection: prefixLists, ...whole },
    ],
    reconcile(scope, [id]) {
      const place = `${scope.account} ${scope.region}`;
      return serially(place, () => look(place, scope, id === undefined ? undefined : String(id)));
    },
  };

  async function look(place: string, scope: Scope, interfaceId: string | undefined): Promise<void> {
    const known = env.groups.find(scope);
    const members = places.get(place);
    if (!known || !members) {
      const all = await env.store.transaction((tx) => interfaces.list(tx, scope));
      const found = new Map<string, GroupMember>();
      for (const one of all) await put(found, one.networkInterfaceId, one);
      places.set(place, found);
      env.groups.publish(scope, { ...(await rulesIn(env, scope)), members: [...found.values()] });
    } else if (interfaceId === undefined)
      env.groups.publish(scope, { ...(await rulesIn(env, scope)), members: known.members });
    else {
      const record = await env.store.transaction((tx) => interfaces.get(tx, scope, interfaceId));
      const before = JSON.stringify(members.get(interfaceId));
      await put(members, interfaceId, record);
      if (JSON.stringify(members.get(interfaceId)) !== before)
        env.groups.publish(scope, { ...known, members: [...members.values()] });
    }
  }

  async function put(
    members: Map<string, GroupMember>,
    id: string,
    record: NetworkInterfaceRecord | undefined,
  ): Promise<void> {
    const instanceId = record?.attachment?.instanceId;
    if (!record || instanceId === undefined) return void members.delete(id);
    const { vpcId, privateIps, lentPublicIp, groups } = record;
    const { compute } = env;
    const host = compute.name === "process" ? await compute.metadataHost(instanceId) : undefined;
    members.set(id, {
      instanceId,
      vpcId,
      privateIps: privateIps.map(({ address }) => address),
      publicIps: [
        ...(lentPublicIp === undefined ? [] : [lentPublicIp]),
        ...privateIps.flatMap(({ elastic }) => elastic?.publicIp ?? []),
      ],
      groups,
      host: host === sharedHost ? undefined : host,
    });
  }
}

async function rulesIn(env: Environment, scope: Scope): Promise<Omit<PublishedGroups, "members">> {
  return env.store.transaction(async (tx) => {
    const prefixCidrs = await readPrefixCidrs(tx, scope, ["IPv4", "IPv6"]);
    const rules = new Map<string, { ingress: PacketRule[]; egress: PacketRule[] }>();
    const defaults = new Set<string>();
    for (const { groupId, groupName } of await securityGroups.list(tx, scope)) {
      rules.set(groupId, { ingress: [], egress: [] });
      if (groupName === "default") defaults.add(groupId);
    }
    for (const rule of await groupRules.list(tx, scope)) {
      const packets = packetRule(rule, prefixCidrs);
      const way: keyof GroupRules = rule.isEgress ? "egress" : "ingress";
      if (packets) rules.get(rule.groupId)?.[way].push(packets);
    }
    return { rules, defaults };
  });
}

function packetRule(
  rule: SecurityGroupRuleRecord,
  prefixCidrs: (prefixListId: string) => string[],
): PacketRule | undefined {
  const match = matchOf(rule);
  const { cidrIpv4, cidrIpv6, prefixListId, peerGroup } = rule;
  return (
    match && {
      ...match,
      cidrs: [
        ...(cidrIpv4 === undefined ? [] : [cidrIpv4]),
        ...(cidrIpv6 === undefined ? [] : [cidrIpv6]),
        ...(prefixListId === undefined ? [] : prefixCidrs(prefixListId)),
      ],
      groups: peerGroup ? [peerGroup.groupId] : [],
    }
  );
}
