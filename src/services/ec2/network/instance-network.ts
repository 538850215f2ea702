/** The network's side of what instances need; see ../instance-network.ts. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { InstanceNetwork, InterfaceRequest, NetworkEnvironment } from "../instance-network.ts";
import { invalidParameterCombination } from "../errors.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";
import { ensureDefaultVpc, findDefaultVpc } from "./default-vpc.ts";
import {
  groupNameNotFound,
  noDefaultSubnet,
  noDefaultSubnets,
  noDefaultVpcToLaunchIn,
} from "./errors.ts";
import { createFactsReader } from "./interface-facts.ts";
import {
  attachInterface,
  checkGroups,
  createInterface,
  deleteInterface,
  detachInterface,
} from "./interfaces.ts";
import { find, kinds } from "./kinds.ts";
import { giveBackPublicIp, takePublicIp } from "./public-addresses.ts";
import {
  instanceInterfaces,
  interfaces,
  securityGroups,
  subnets,
  type NetworkInterfaceRecord,
  type SubnetRecord,
} from "./records.ts";

export const instanceNetwork: InstanceNetwork = {
  async attach(tx, scope, env, requests) {
    await ensureDefaultVpc(tx, scope);
    const factsOf = createFactsReader(tx, scope);
    const made = [];
    for (const request of requests) {
      const record = request.networkInterfaceId
        ? await find(tx, scope, kinds.networkInterface, request.networkInterfaceId)
        : await create(tx, scope, env, request);
      made.push(await factsOf(await attachInterface(tx, scope, env, record, request)));
    }
    return made;
  },

  async interfacesOf(tx, scope, instanceId) {
    const factsOf = createFactsReader(tx, scope);
    const found = [];
    for (const record of await recordsOf(tx, scope, instanceId)) found.push(await factsOf(record));
    return found;
  },

  async allInterfaces(tx, scope) {
    const factsOf = createFactsReader(tx, scope);
    const found = new Map<string, Awaited<ReturnType<typeof factsOf>>[]>();
    for (const record of await interfaces.list(tx, scope)) {
      const instanceId = record.attachment?.instanceId;
      if (instanceId === undefined) continue;
      const own = found.get(instanceId) ?? [];
      own.push(await factsOf(record));
      found.set(instanceId, own);
    }
    for (const own of found.values()) own.sort((a, b) => a.deviceIndex - b.deviceIndex);
    return found;
  },

  async release(tx, scope, instanceId) {
    for (const record of await recordsOf(tx, scope, instanceId)) {
      const deletes = record.attachment?.deleteOnTermination;
      const free = detachInterface(tx, scope, record, true);
      if (deletes) await deleteInterface(tx, scope, free);
    }
  },

  async releasePublicIps(tx, scope, instanceId) {
    for (const record of await recordsOf(tx, scope, instanceId)) {
      const { lentPublicIp, ...rest } = record;
      if (lentPublicIp === undefined) continue;
      giveBackPublicIp(tx, scope, lentPublicIp);
      interfaces.put(tx, scope, [record.networkInterfaceId], rest);
    }
  },

  async assignPublicIps(tx, scope, { random }, instanceId) {
    for (const record of await recordsOf(tx, scope, instanceId)) {
      const id = record.networkInterfaceId;
      const has = record.lentPublicIp !== undefined || record.privateIps[0]!.elastic;
      if (!record.lendsPublicIp || has) continue;
      const lentPublicIp = await takePublicIp(tx, scope, random, id);
      interfaces.put(tx, scope, [id], { ...record, lentPublicIp });
    }
  },

  async setGroups(tx, scope, instanceId, groupIds) {
    const primary = await primaryOf(tx, scope, instanceId);
    const groups = await checkGroups(tx, scope, groupIds, primary);
    interfaces.put(tx, scope, [primary.networkInterfaceId], { ...primary, groups });
  },

  async setSourceDestCheck(tx, scope, instanceId, sourceDestCheck) {
    const primary = await primaryOf(tx, scope, instanceId);
    interfaces.put(tx, scope, [primary.networkInterfaceId], { ...primary, sourceDestCheck });
  },
};

async function create(
  tx: Transaction,
  scope: Scope,
  { random }: NetworkEnvironment,
  request: InterfaceRequest,
): Promise<NetworkInterfaceRecord> {
  const subnet = await subnetFor(tx, scope, request);
  const groups = [
    ...(request.securityGroupIds ?? []),
    ...(await groupsNamed(tx, scope, request, subnet.vpcId)),
  ];
  const record = await createInterface(tx, scope, random, {
    subnet,
    groups,
    privateIp: request.privateIp,
    ...(request.secondaryIps && { secondaryIps: request.secondaryIps }),
    ...(request.secondaryCount && { secondaryCount: request.secondaryCount }),
    description: request.description ?? "",
    tags: request.tags,
  });
  const lends =
    request.associatePublicIp ?? (request.deviceIndex === 0 && subnet.mapPublicIpOnLaunch);
  if (!lends) return record;
  const lentPublicIp = await takePublicIp(tx, scope, random, record.networkInterfaceId);
  return { ...record, lendsPublicIp: true, lentPublicIp };
}

/** The subnet asked for, or the default subnet of the zone asked for, or of the first zone. */
async function subnetFor(
  tx: Transaction,
  scope: Scope,
  { subnetId, availabilityZone }: InterfaceRequest,
): Promise<SubnetRecord> {
  if (subnetId !== undefined) return find(tx, scope, kinds.subnet, subnetId);
  const vpc = await findDefaultVpc(tx, scope);
  if (!vpc) throw noDefaultVpcToLaunchIn();
  const defaults = (await subnets.list(tx, scope)).filter(
    (subnet) => subnet.vpcId === vpc.vpcId && subnet.defaultForAz,
  );
  if (defaults.length === 0) throw noDefaultSubnets(vpc.vpcId);
  const wanted = availabilityZone ?? zonesOf(scope.region)[0]!.zoneName;
  const found = defaults.find(({ zoneName }) => zoneName === wanted);
  const chosen = found ?? (availabilityZone === undefined ? defaults[0] : undefined);
  if (!chosen) throw noDefaultSubnet(wanted);
  return chosen;
}

/** Names mean groups of the default VPC only. */
async function groupsNamed(
  tx: Transaction,
  scope: Scope,
  { securityGroupNames = [], subnetId }: InterfaceRequest,
  vpcId: string,
): Promise<string[]> {
  if (securityGroupNames.length === 0) return [];
  const isDefault = (await findDefaultVpc(tx, scope))?.vpcId === vpcId;
  if (subnetId !== undefined && !isDefault)
    throw invalidParameterCombination(
      "The parameter groupName cannot be used with the parameter subnet",
    );
  const all = await securityGroups.list(tx, scope);
  return securityGroupNames.map((name) => {
    const group = all.find((one) => one.vpcId === vpcId && one.groupName === name);
    if (!group) throw groupNameNotFound(name, vpcId);
    return group.groupId;
  });
}

/** In order of device index. */
async function recordsOf(tx: Transaction, scope: Scope, instanceId: string) {
  const found: NetworkInterfaceRecord[] = [];
  for (const id of await instanceInterfaces.list(tx, scope, [instanceId])) {
    const record = await interfaces.get(tx, scope, id);
    if (record) found.push(record);
  }
  return found;
}

async function primaryOf(tx: Transaction, scope: Scope, instanceId: string) {
  const [primary] = await recordsOf(tx, scope, instanceId);
  if (!primary) throw new Error(`${instanceId} has no interface`);
  return primary;
}
