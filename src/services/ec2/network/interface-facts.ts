/** What an attached interface looks like to instances and their metadata. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { InterfaceFacts } from "../instance-network.ts";
import { privateDnsName, publicDnsName } from "./public-addresses.ts";
import {
  securityGroups,
  vpcs,
  type NetworkInterfaceRecord,
  type SecurityGroupRecord,
  type VpcRecord,
} from "./records.ts";

/** Reads each VPC and group once for many interfaces. */
export function createFactsReader(tx: Transaction, scope: Scope) {
  const vpcsSeen = new Map<string, VpcRecord | undefined>();
  const groupsSeen = new Map<string, SecurityGroupRecord | undefined>();
  const vpcOf = async (id: string) => {
    if (!vpcsSeen.has(id)) vpcsSeen.set(id, await vpcs.get(tx, scope, id));
    return vpcsSeen.get(id);
  };
  const groupOf = async (id: string) => {
    if (!groupsSeen.has(id)) groupsSeen.set(id, await securityGroups.get(tx, scope, id));
    return groupsSeen.get(id);
  };
  return async (record: NetworkInterfaceRecord): Promise<InterfaceFacts> => {
    const { attachment, privateIps } = record;
    if (!attachment) throw new Error(`${record.networkInterfaceId} is not attached`);
    const [primary, ...secondary] = privateIps;
    const vpc = await vpcOf(record.vpcId);
    const groups = [];
    for (const groupId of record.groups)
      groups.push({ groupId, groupName: (await groupOf(groupId))?.groupName ?? "" });
    const publicIp = primary!.elastic?.publicIp ?? record.lentPublicIp;
    const named = vpc?.enableDnsSupport && vpc.enableDnsHostnames;
    return {
      networkInterfaceId: record.networkInterfaceId,
      attachmentId: attachment.attachmentId,
      deviceIndex: attachment.deviceIndex,
      deleteOnTermination: attachment.deleteOnTermination,
      attachedMs: attachment.attachedMs,
      description: record.description,
      subnetId: record.subnetId,
      vpcId: record.vpcId,
      availabilityZone: record.zoneName,
      macAddress: record.macAddress,
      privateIp: primary!.address,
      privateDnsName: privateDnsName(scope.region, primary!.address),
      secondaryPrivateIps: secondary.map(({ address }) => address),
      publicIp,
      publicDnsName: publicIp && named ? publicDnsName(scope.region, publicIp) : undefined,
      publicIpOwner: publicIp && (primary!.elastic ? scope.account : "amazon"),
      groups,
      sourceDestCheck: record.sourceDestCheck,
    };
  };
}
