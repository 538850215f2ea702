/** Network interfaces. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { invalidParameterValue, unsupportedParameter } from "../../errors.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { dateOf } from "#runtime/date.ts";
import { createInterface, deleteInterface } from "../interfaces.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { privateDnsName, publicDnsName } from "../public-addresses.ts";
import { requestedAddresses } from "../requested-addresses.ts";
import { attachmentOwner, attachToService, lenderOf, requesterOf } from "../requesters.ts";
import { chooseIpv6 } from "./ipv6-addresses.ts";
import {
  interfaces,
  securityGroups,
  vpcs,
  type NetworkInterfaceRecord,
  type PrivateAddress,
} from "../records.ts";
import { tagListShape } from "../shapes.ts";

/** An interface with what its answer needs of other records. */
interface Shown extends NetworkInterfaceRecord {
  groupNames: Map<string, string>;
  hasDnsNames: boolean;
}

export async function shown(
  tx: Transaction,
  context: Ec2Context,
  records: readonly NetworkInterfaceRecord[],
): Promise<Shown[]> {
  const groups = await securityGroups.list(tx, context);
  const groupNames = new Map(groups.map((group) => [group.groupId, group.groupName]));
  const named = new Set(
    (await vpcs.list(tx, context))
      .filter((vpc) => vpc.enableDnsHostnames && vpc.enableDnsSupport)
      .map(({ vpcId }) => vpcId),
  );
  return records.map((one) => ({ ...one, groupNames, hasDnsNames: named.has(one.vpcId) }));
}

function associationShape(
  context: Ec2Context,
  eni: Shown,
  { elastic }: PrivateAddress,
  primary: boolean,
) {
  const publicIp = elastic?.publicIp ?? (primary ? eni.lentPublicIp : undefined);
  if (publicIp === undefined) return undefined;
  return {
    PublicIp: publicIp,
    PublicDnsName: eni.hasDnsNames ? publicDnsName(context.region, publicIp) : "",
    IpOwnerId: elastic ? context.account : lenderOf(eni),
    AllocationId: elastic?.allocationId,
    AssociationId: elastic?.associationId,
  };
}

export function interfaceShape(context: Ec2Context, eni: Shown) {
  const { attachment, privateIps } = eni;
  const dnsName = ({ address }: PrivateAddress) =>
    eni.hasDnsNames ? privateDnsName(context.region, address) : undefined;
  return {
    NetworkInterfaceId: eni.networkInterfaceId,
    SubnetId: eni.subnetId,
    VpcId: eni.vpcId,
    AvailabilityZone: eni.zoneName,
    AvailabilityZoneId: zoneNamed(context.region, eni.zoneName)?.zoneId,
    Description: eni.description,
    OwnerId: context.account,
    RequesterId: eni.requesterId,
    RequesterManaged: eni.requesterId !== undefined,
    Status: attachment ? ("in-use" as const) : ("available" as const),
    MacAddress: eni.macAddress,
    // EC2 says "nat_gateway", which the SDK's type spells in its own way.
    InterfaceType: eni.interfaceType as "interface",
    SourceDestCheck: eni.sourceDestCheck,
    Groups: eni.groups.map((id) => ({ GroupId: id, GroupName: eni.groupNames.get(id) })),
    PrivateIpAddress: privateIps[0]!.address,
    PrivateDnsName: dnsName(privateIps[0]!),
    PrivateIpAddresses: privateIps.map((one, index) => ({
      PrivateIpAddress: one.address,
      PrivateDnsName: dnsName(one),
      Primary: index === 0,
      Association: associationShape(context, eni, one, index === 0),
    })),
    Association: associationShape(context, eni, privateIps[0]!, true),
    Ipv6Addresses: (eni.ipv6Addresses ?? []).map((Ipv6Address) => ({ Ipv6Address })),
    Ipv6Address: eni.ipv6Addresses?.[0],
    ...(attachment && {
      Attachment: {
        AttachmentId: attachment.attachmentId,
        InstanceId: attachment.instanceId,
        InstanceOwnerId: attachmentOwner(context, eni),
        DeviceIndex: attachment.deviceIndex,
        NetworkCardIndex: 0,
        Status: "attached" as const,
        AttachTime: dateOf(attachment.attachedMs),
        DeleteOnTermination: attachment.deleteOnTermination,
      },
    }),
    TagSet: tagListShape(eni.tags).Tags,
  };
}

function filtersIn(context: Ec2Context): FilterTable<Shown> {
  const association = (eni: Shown) => associationShape(context, eni, eni.privateIps[0]!, true);
  const all = (eni: Shown) =>
    eni.privateIps.map((one, index) => associationShape(context, eni, one, index === 0));
  return {
    "addresses.association.owner-id": (eni) => all(eni).map((one) => one?.IpOwnerId),
    "addresses.association.public-ip": (eni) => all(eni).map((one) => one?.PublicIp),
    "addresses.primary": (eni) => eni.privateIps.map((_one, index) => index === 0),
    "addresses.private-ip-address": (eni) => eni.privateIps.map(({ address }) => address),
    "association.allocation-id": (eni) => association(eni)?.AllocationId,
    "association.association-id": (eni) => association(eni)?.AssociationId,
    "association.ip-owner-id": (eni) => association(eni)?.IpOwnerId,
    "association.public-ip": (eni) => association(eni)?.PublicIp,
    "association.public-dns-name": (eni) => association(eni)?.PublicDnsName,
    "attachment.attach-time": (eni) => eni.attachment && filterTime(eni.attachment.attachedMs),
    "attachment.attachment-id": (eni) => eni.attachment?.attachmentId,
    "attachment.delete-on-termination": (eni) => eni.attachment?.deleteOnTermination,
    "attachment.device-index": (eni) => eni.attachment?.deviceIndex,
    "attachment.instance-id": (eni) => eni.attachment?.instanceId,
    "attachment.instance-owner-id": (eni) => attachmentOwner(context, eni),
    "attachment.status": (eni) => (eni.attachment ? "attached" : "detached"),
    "availability-zone": (eni) => eni.zoneName,
    "availability-zone-id": (eni) => zoneNamed(context.region, eni.zoneName)?.zoneId,
    description: (eni) => eni.description,
    "group-id": (eni) => eni.groups,
    "group-name": (eni) => eni.groups.map((id) => eni.groupNames.get(id)),
    "interface-type": (eni) => eni.interfaceType,
    "ipv6-addresses.ipv6-address": (eni) => eni.ipv6Addresses,
    "mac-address": (eni) => eni.macAddress,
    "network-interface-id": (eni) => eni.networkInterfaceId,
    "owner-id": () => context.account,
    "private-dns-name": (eni) => privateDnsName(context.region, eni.privateIps[0]!.address),
    "private-ip-address": (eni) => eni.privateIps[0]!.address,
    "requester-id": (eni) => eni.requesterId,
    "requester-managed": (eni) => eni.requesterId !== undefined,
    "source-dest-check": (eni) => eni.sourceDestCheck,
    status: (eni) => (eni.attachment ? "in-use" : "available"),
    "subnet-id": (eni) => eni.subnetId,
    "vpc-id": (eni) => eni.vpcId,
  };
}

const createNetworkInterface: Ec2Operation<"CreateNetworkInterface"> = async (input, context) => {
  for (const name of [
    "Ipv4Prefixes",
    "Ipv4PrefixCount",
    "Ipv6Prefixes",
    "Ipv6PrefixCount",
    "EnablePrimaryIpv6",
    "ConnectionTrackingSpecification",
  ] as const)
    if (input[name]) throw unsupportedParameter(name);
  if (input.InterfaceType !== undefined) throw unsupportedParameter("InterfaceType");
  const addresses = requestedAddresses(input);
  const { ClientToken: token, ...parameters } = input;
  const eni = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(
      tx,
      context,
      "CreateNetworkInterface",
      token,
      parameters,
      tokenLifeMs,
    );
    if (earlier) {
      const present = await find(tx, context, kinds.networkInterface, earlier);
      return (await shown(tx, context, [present]))[0]!;
    }
    const subnet = await find(tx, context, kinds.subnet, input.SubnetId!);
    const made = await createInterface(tx, context, context.random, {
      subnet,
      groups: input.Groups ?? [],
      ...addresses,
      description: input.Description ?? "",
      tags: tagsFor("network-interface", input.TagSpecifications, context.principal),
    });
    const ipv6Addresses = await chooseIpv6(tx, context, subnet, {
      addresses: input.Ipv6Addresses?.map(({ Ipv6Address = "" }) => Ipv6Address),
      count: input.Ipv6AddressCount ?? (subnet.assignsIpv6 && !input.Ipv6Addresses ? 1 : 0),
    });
    const id = made.networkInterfaceId;
    const free = ipv6Addresses.length > 0 ? { ...made, ipv6Addresses } : made;
    interfaces.put(tx, context, [id], free);
    const requester = requesterOf(context);
    const record =
      requester === undefined
        ? free
        : attachToService(tx, context, free, requester, input.Groups ?? []);
    await rememberTokenForADay(tx, context, "CreateNetworkInterface", token, parameters, id);
    return (await shown(tx, context, [record]))[0]!;
  });
  // AWS says "pending" first, which the SDK's type of the status does not know.
  const shape = { ...interfaceShape(context, eni), Status: "pending" as "available" };
  return { NetworkInterface: shape, ClientToken: token };
};

const describeNetworkInterfaces: Ec2Operation<"DescribeNetworkInterfaces"> = async (
  input,
  context,
) => {
  const all = await inNetwork(context, async (tx) =>
    shown(
      tx,
      context,
      await select(tx, context, kinds.networkInterface, input.NetworkInterfaceIds),
    ),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, (eni) => eni.networkInterfaceId);
  return { NetworkInterfaces: items.map((eni) => interfaceShape(context, eni)), NextToken };
};

const deleteNetworkInterface: Ec2Operation<"DeleteNetworkInterface"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    // A service's own goes at one stroke.
    const isOwn = record.requesterId !== undefined && record.requesterId === requesterOf(context);
    if (record.attachment && !isOwn)
      throw invalidParameterValue(
        `Network interface '${record.networkInterfaceId}' is currently in use.`,
      );
    await deleteInterface(tx, context, record);
  });
  return {};
};

export const networkInterfaceOperations: Ec2Operations = {
  CreateNetworkInterface: createNetworkInterface,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DeleteNetworkInterface: deleteNetworkInterface,
};
