/** Attaching, detaching and changing interfaces. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachNetworkInterface.html */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  instanceNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  unsupportedParameter,
} from "../../errors.ts";
import { attachmentNotFound } from "../errors.ts";
import { attachInterface, checkGroups, detachInterface } from "../interfaces.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { giveBackAddress, takeAddress, takeAnyAddress } from "../private-addresses.ts";
import { takePublicIp } from "../public-addresses.ts";
import { instanceInterfaces, interfaces } from "../records.ts";
import { checkDetachable, checkManaged, requesterOf } from "../requesters.ts";
import { interfaceShape, shown } from "./network-interfaces.ts";

const attachNetworkInterface: Ec2Operation<"AttachNetworkInterface"> = async (input, context) => {
  if (input.NetworkCardIndex) throw unsupportedParameter("NetworkCardIndex");
  const instanceId = input.InstanceId!;
  const attached = await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    checkManaged(context, record);
    // Every instance has its primary interface for as long as it is not terminated.
    const primaryId = await instanceInterfaces.get(tx, context, instanceId, 0);
    const primary = primaryId && (await interfaces.get(tx, context, primaryId));
    if (!primary) throw instanceNotFound(instanceId);
    if (primary.zoneName !== record.zoneName)
      throw invalidParameterCombination(
        "You may not attach a network interface to an instance if they are not in the same availability zone",
      );
    const env = { random: context.random, now: context.clock.now() };
    const deviceIndex = input.DeviceIndex!;
    return attachInterface(tx, context, env, record, {
      instanceId,
      deviceIndex,
      deleteOnTermination: false,
    });
  });
  return { AttachmentId: attached.attachment!.attachmentId, NetworkCardIndex: 0 };
};

async function findAttached(tx: Transaction, scope: Scope, attachmentId: string) {
  const all = await interfaces.list(tx, scope);
  const found = all.find((one) => one.attachment?.attachmentId === attachmentId);
  if (!found) throw attachmentNotFound(attachmentId);
  return found;
}

const detachNetworkInterface: Ec2Operation<"DetachNetworkInterface"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const record = await findAttached(tx, context, input.AttachmentId!);
    checkDetachable(context, record);
    detachInterface(tx, context, record);
  });
  return {};
};

const modifyAttribute: Ec2Operation<"ModifyNetworkInterfaceAttribute"> = async (input, context) => {
  for (const name of [
    "EnaSrdSpecification",
    "EnablePrimaryIpv6",
    "ConnectionTrackingSpecification",
    "AssociatedSubnetIds",
  ] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const { Attachment, Description, SourceDestCheck, Groups, AssociatePublicIpAddress } = input;
  // Those of instances come at a start.
  if (AssociatePublicIpAddress !== undefined && requesterOf(context) === undefined)
    throw unsupportedParameter("AssociatePublicIpAddress");
  await inNetwork(context, async (tx) => {
    let record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    checkManaged(context, record);
    if (Groups?.length)
      record = { ...record, groups: await checkGroups(tx, context, Groups, record) };
    if (AssociatePublicIpAddress && record.lentPublicIp === undefined) {
      const holder = record.networkInterfaceId;
      record = { ...record, lentPublicIp: await takePublicIp(tx, context, context.random, holder) };
    }
    if (Description?.Value !== undefined) record = { ...record, description: Description.Value };
    if (SourceDestCheck?.Value !== undefined)
      record = { ...record, sourceDestCheck: SourceDestCheck.Value };
    if (Attachment) {
      const { attachment } = record;
      if (!attachment || attachment.attachmentId !== Attachment.AttachmentId)
        throw attachmentNotFound(Attachment.AttachmentId ?? "");
      const deleteOnTermination = Attachment.DeleteOnTermination ?? attachment.deleteOnTermination;
      record = { ...record, attachment: { ...attachment, deleteOnTermination } };
    }
    interfaces.put(tx, context, [record.networkInterfaceId], record);
  });
  return {};
};

const resetAttribute: Ec2Operation<"ResetNetworkInterfaceAttribute"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    const id = record.networkInterfaceId;
    interfaces.put(tx, context, [id], { ...record, sourceDestCheck: true });
  });
  return {};
};

const describeAttribute: Ec2Operation<"DescribeNetworkInterfaceAttribute"> = async (
  input,
  context,
) => {
  const eni = await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    return (await shown(tx, context, [record]))[0]!;
  });
  const shape = interfaceShape(context, eni);
  const attributes = {
    description: { Description: { Value: eni.description } },
    groupSet: { Groups: shape.Groups },
    sourceDestCheck: { SourceDestCheck: { Value: eni.sourceDestCheck } },
    attachment: { Attachment: shape.Attachment },
    associatePublicIpAddress: { AssociatePublicIpAddress: eni.lendsPublicIp },
  };
  if (input.Attribute === undefined) throw invalidParameterCombination("No attributes specified.");
  return { NetworkInterfaceId: eni.networkInterfaceId, ...attributes[input.Attribute] };
};

const assignPrivateIpAddresses: Ec2Operation<"AssignPrivateIpAddresses"> = async (
  input,
  context,
) => {
  if (input.Ipv4Prefixes || input.Ipv4PrefixCount) throw unsupportedParameter("Ipv4Prefixes");
  if (input.AllowReassignment) throw unsupportedParameter("AllowReassignment");
  const id = input.NetworkInterfaceId!;
  const assigned = await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, id);
    checkManaged(context, record);
    const subnet = await find(tx, context, kinds.subnet, record.subnetId);
    const taken: string[] = [];
    // One that the interface has already stays as it is.
    const own = new Set(record.privateIps.map(({ address }) => address));
    for (const address of new Set(input.PrivateIpAddresses ?? []).difference(own))
      taken.push(await takeAddress(tx, context, subnet, address, id));
    for (let count = input.SecondaryPrivateIpAddressCount ?? 0; count > 0; count--)
      taken.push(await takeAnyAddress(tx, context, context.random, subnet, id));
    const privateIps = [...record.privateIps, ...taken.map((address) => ({ address }))];
    interfaces.put(tx, context, [id], { ...record, privateIps });
    return taken;
  });
  return {
    NetworkInterfaceId: id,
    AssignedPrivateIpAddresses: assigned.map((PrivateIpAddress) => ({ PrivateIpAddress })),
    AssignedIpv4Prefixes: [],
  };
};

const unassignPrivateIpAddresses: Ec2Operation<"UnassignPrivateIpAddresses"> = async (
  input,
  context,
) => {
  if (input.Ipv4Prefixes) throw unsupportedParameter("Ipv4Prefixes");
  await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, input.NetworkInterfaceId!);
    checkManaged(context, record);
    const gone = input.PrivateIpAddresses ?? [];
    for (const address of gone) {
      const index = record.privateIps.findIndex((one) => one.address === address);
      if (index < 1 || record.privateIps[index]!.elastic)
        throw invalidParameterValue(
          `Some of the specified addresses are not assigned to interface ${record.networkInterfaceId}`,
        );
      giveBackAddress(tx, context, record.subnetId, address);
    }
    const privateIps = record.privateIps.filter(({ address }) => !gone.includes(address));
    interfaces.put(tx, context, [record.networkInterfaceId], { ...record, privateIps });
  });
  return {};
};

export const interfaceChangeOperations: Ec2Operations = {
  AttachNetworkInterface: attachNetworkInterface,
  DetachNetworkInterface: detachNetworkInterface,
  ModifyNetworkInterfaceAttribute: modifyAttribute,
  ResetNetworkInterfaceAttribute: resetAttribute,
  DescribeNetworkInterfaceAttribute: describeAttribute,
  AssignPrivateIpAddresses: assignPrivateIpAddresses,
  UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
};
