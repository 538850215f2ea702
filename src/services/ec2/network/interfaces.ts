/** The life of a network interface: made, attached, detached, deleted; its addresses. */
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { NetworkEnvironment } from "../instance-network.ts";
import { ec2Error, invalidParameterValue, operationNotPermitted } from "../errors.ts";
import { newId } from "../ids.ts";
import { differentNetworks, interfaceInUse } from "./errors.ts";
import { find, kinds } from "./kinds.ts";
import { giveBackAddress, takeAddress, takeAnyAddress } from "./private-addresses.ts";
import { giveBackPublicIp } from "./public-addresses.ts";
import {
  addresses,
  instanceInterfaces,
  interfaces,
  securityGroups,
  type NetworkInterfaceRecord,
  type SubnetRecord,
} from "./records.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups */
const mostGroups = 5;

export interface NewInterface {
  subnet: SubnetRecord;
  /** Empty for the VPC's default group. */
  groups: readonly string[];
  privateIp: string | undefined;
  secondaryIps?: readonly string[];
  secondaryCount?: number;
  description: string;
  interfaceType?: NetworkInterfaceRecord["interfaceType"];
  requesterId?: string;
  tags: Tags;
}

/** Makes a free interface and takes its addresses; throws AWS's errors for groups and addresses. */
export async function createInterface(
  tx: Transaction,
  scope: Scope,
  random: Random,
  options: NewInterface,
): Promise<NetworkInterfaceRecord> {
  const { subnet, privateIp, secondaryIps = [], secondaryCount = 0 } = options;
  const id = newId(random, "eni");
  const take = async (address: string | undefined) =>
    address === undefined
      ? takeAnyAddress(tx, scope, random, subnet, id)
      : takeAddress(tx, scope, subnet, address, id);
  const groups = await checkGroups(tx, scope, options.groups, subnet);
  const privateIps = [{ address: await take(privateIp) }];
  for (const address of secondaryIps) privateIps.push({ address: await take(address) });
  for (let index = 0; index < secondaryCount; index++)
    privateIps.push({ address: await take(undefined) });
  const record: NetworkInterfaceRecord = {
    networkInterfaceId: id,
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    zoneName: subnet.zoneName,
    description: options.description,
    groups,
    macAddress: `02:${random.hex(10).match(/../g)!.join(":")}`,
    privateIps,
    lendsPublicIp: false,
    sourceDestCheck: true,
    interfaceType: options.interfaceType ?? "interface",
    ...(options.requesterId !== undefined && { requesterId: options.requesterId }),
    tags: options.tags,
  };
  interfaces.put(tx, scope, [id], record);
  return record;
}

/** The groups of an interface, all of the subnet's VPC; the default group when none are named. */
export async function checkGroups(
  tx: Transaction,
  scope: Scope,
  groupIds: readonly string[],
  { subnetId, vpcId }: { subnetId: string; vpcId: string },
): Promise<string[]> {
  if (groupIds.length > mostGroups)
    throw ec2Error(
      "SecurityGroupsPerInterfaceLimitExceeded",
      `The maximum number of security groups per interface has been reached.`,
    );
  for (const id of groupIds) {
    const group = await find(tx, scope, kinds.securityGroup, id);
    if (group.vpcId !== vpcId) throw differentNetworks(id, subnetId);
  }
  if (groupIds.length > 0) return [...new Set(groupIds)];
  const all = await securityGroups.list(tx, scope);
  return all
    .filter((group) => group.vpcId === vpcId && group.groupName === "default")
    .map(({ groupId }) => groupId);
}

export interface Attach {
  instanceId: string;
  deviceIndex: number;
  deleteOnTermination: boolean;
}

/** Attaches a free interface to an instance; nothing but records tells of it. */
export async function attachInterface(
  tx: Transaction,
  scope: Scope,
  { random, now }: NetworkEnvironment,
  record: NetworkInterfaceRecord,
  { instanceId, deviceIndex, deleteOnTermination }: Attach,
): Promise<NetworkInterfaceRecord> {
  if (record.attachment) throw interfaceInUse(record.networkInterfaceId);
  if (await instanceInterfaces.get(tx, scope, instanceId, deviceIndex))
    throw invalidParameterValue(
      `Instance '${instanceId}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  const attachmentId = newId(random, "eni-attach");
  const attached: NetworkInterfaceRecord = {
    ...record,
    attachment: { attachmentId, instanceId, deviceIndex, attachedMs: now, deleteOnTermination },
  };
  instanceInterfaces.put(tx, scope, [instanceId, deviceIndex], record.networkInterfaceId);
  interfaces.put(tx, scope, [record.networkInterfaceId], attached);
  return attached;
}

/** Frees an interface from its instance. Throws for the primary one unless the instance ends. */
export function detachInterface(
  tx: Transaction,
  scope: Scope,
  record: NetworkInterfaceRecord,
  instanceEnds = false,
): NetworkInterfaceRecord {
  const { attachment, lentPublicIp, ...rest } = record;
  if (!attachment) return record;
  if (attachment.deviceIndex === 0 && !instanceEnds)
    throw operationNotPermitted("The network interface at device index 0 cannot be detached.");
  if (attachment.instanceId !== undefined)
    instanceInterfaces.delete(tx, scope, attachment.instanceId, attachment.deviceIndex);
  if (lentPublicIp !== undefined) giveBackPublicIp(tx, scope, lentPublicIp);
  const free = { ...rest, lendsPublicIp: false };
  interfaces.put(tx, scope, [record.networkInterfaceId], free);
  return free;
}

/** Deletes a free interface: its addresses go back, Elastic IPs lose their association. */
export async function deleteInterface(
  tx: Transaction,
  scope: Scope,
  record: NetworkInterfaceRecord,
): Promise<void> {
  for (const { address, elastic } of record.privateIps) {
    giveBackAddress(tx, scope, record.subnetId, address);
    const held = elastic && (await addresses.get(tx, scope, elastic.allocationId));
    if (held) {
      const { association: _association, ...free } = held;
      addresses.put(tx, scope, [held.allocationId], free);
    }
  }
  if (record.lentPublicIp !== undefined) giveBackPublicIp(tx, scope, record.lentPublicIp);
  interfaces.delete(tx, scope, record.networkInterfaceId);
}
