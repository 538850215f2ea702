/** Elastic IP addresses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  ec2Error,
  instanceNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { associate, checkInternetGateway, disassociate } from "../elastic-ips.ts";
import { alreadyAssociated, associationNotFound } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { giveBackPublicIp, takeBackPublicIp, takePublicIp } from "../public-addresses.ts";
import {
  addresses,
  instanceInterfaces,
  interfaces,
  releasedIps,
  type AddressRecord,
} from "../records.ts";
import { checkManaged } from "../requesters.ts";

interface Held extends AddressRecord {
  instanceId: string | undefined;
  subnetId: string | undefined;
}

function filtersIn({ account, region }: Ec2Context): FilterTable<Held> {
  return {
    "allocation-id": (one) => one.allocationId,
    "association-id": (one) => one.association?.associationId,
    domain: () => "vpc",
    "instance-id": (one) => one.instanceId,
    "network-border-group": () => region,
    "network-interface-id": (one) => one.association?.networkInterfaceId,
    "network-interface-owner-id": (one) => one.association && account,
    "private-ip-address": (one) => one.association?.privateIp,
    "public-ip": (one) => one.publicIp,
  };
}

const addressNotFound = (publicIp: string) =>
  ec2Error("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
const missingAddress = () =>
  ec2Error("MissingParameter", "Invalid request, expect PublicIp/AllocationId parameter.");
const missingTarget = () =>
  ec2Error("MissingParameter", "Invalid request, expect InstanceId/NetworkId parameter.");

async function byPublicIp(tx: Transaction, context: Ec2Context, publicIp: string) {
  const found = (await addresses.list(tx, context)).find((one) => one.publicIp === publicIp);
  if (!found) throw addressNotFound(publicIp);
  return found;
}

/** The address that a request names by its allocation or by itself. */
async function addressOf(
  tx: Transaction,
  context: Ec2Context,
  input: { AllocationId?: string | undefined; PublicIp?: string | undefined },
): Promise<AddressRecord> {
  if (input.AllocationId !== undefined) return find(tx, context, kinds.address, input.AllocationId);
  if (input.PublicIp === undefined) throw missingAddress();
  return byPublicIp(tx, context, input.PublicIp);
}

/** Throws when the address is a NAT gateway's or a load balancer's, which alone may give it back. */
async function checkHolder(tx: Transaction, context: Ec2Context, { association }: AddressRecord) {
  const eni = await interfaces.get(tx, context, association!.networkInterfaceId);
  if (eni) checkManaged(context, eni);
}

const allocateAddress: Ec2Operation<"AllocateAddress"> = async (input, context) => {
  for (const name of ["CustomerOwnedIpv4Pool", "IpamPoolId"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  if (input.PublicIpv4Pool !== undefined && input.PublicIpv4Pool !== "amazon")
    throw unsupportedParameter("PublicIpv4Pool");
  const allocationId = newId(context.random, "eipalloc");
  const tags = tagsFor("elastic-ip", input.TagSpecifications, context.principal);
  const publicIp = await inNetwork(context, async (tx) => {
    const taken =
      input.Address === undefined
        ? await takePublicIp(tx, context, context.random, allocationId)
        : await takeBackPublicIp(tx, context, input.Address, allocationId);
    if (taken === undefined) throw addressNotFound(input.Address!);
    addresses.put(tx, context, [allocationId], { allocationId, publicIp: taken, tags });
    return taken;
  });
  return {
    AllocationId: allocationId,
    PublicIp: publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: context.region,
  };
};

const describeAddresses: Ec2Operation<"DescribeAddresses"> = async (input, context) => {
  const all = await inNetwork(context, async (tx) => {
    const records = await select(tx, context, kinds.address, input.AllocationIds);
    if (input.PublicIps?.length) {
      for (const publicIp of input.PublicIps) await byPublicIp(tx, context, publicIp);
      const named = records.filter((one) => input.PublicIps!.includes(one.publicIp));
      records.splice(0, records.length, ...named);
    }
    const held: Held[] = [];
    for (const one of records) {
      const id = one.association?.networkInterfaceId;
      const eni = id === undefined ? undefined : await interfaces.get(tx, context, id);
      held.push({ ...one, instanceId: eni?.attachment?.instanceId, subnetId: eni?.subnetId });
    }
    return held;
  });
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  return {
    Addresses: found.map((one) => ({
      AllocationId: one.allocationId,
      PublicIp: one.publicIp,
      Domain: "vpc",
      PublicIpv4Pool: "amazon",
      NetworkBorderGroup: context.region,
      // AWS names the instance as empty when there is none.
      InstanceId: one.instanceId ?? (one.association ? undefined : ""),
      ...(one.association && {
        AssociationId: one.association.associationId,
        NetworkInterfaceId: one.association.networkInterfaceId,
        NetworkInterfaceOwnerId: context.account,
        PrivateIpAddress: one.association.privateIp,
        SubnetId: one.subnetId,
      }),
      Tags: shownTags(one.tags),
    })),
  };
};

const associateAddress: Ec2Operation<"AssociateAddress"> = async (input, context) => {
  const { InstanceId, NetworkInterfaceId, PrivateIpAddress } = input;
  if (InstanceId !== undefined && NetworkInterfaceId !== undefined)
    throw invalidParameterCombination(
      "The parameter instanceId cannot be used with the parameter networkInterfaceId",
    );
  const associationId = await inNetwork(context, async (tx) => {
    let address = await addressOf(tx, context, input);
    const eniId =
      NetworkInterfaceId ??
      (InstanceId === undefined
        ? undefined
        : await instanceInterfaces.get(tx, context, InstanceId, 0));
    if (eniId === undefined) {
      if (InstanceId !== undefined) throw instanceNotFound(InstanceId);
      throw missingTarget();
    }
    let eni = await find(tx, context, kinds.networkInterface, eniId);
    checkManaged(context, eni);
    const privateIp = PrivateIpAddress ?? eni.privateIps[0]!.address;
    const target = eni.privateIps.find((one) => one.address === privateIp);
    if (!target)
      throw invalidParameterValue(
        `Private IP address ${privateIp} is not assigned to network interface ${eniId}`,
      );
    const held = address.association;
    if (held?.networkInterfaceId === eniId && held.privateIp === privateIp)
      return held.associationId;
    if (held) {
      if (input.AllowReassociation === false)
        throw alreadyAssociated(
          `resource ${address.allocationId} is already associated with associate-id ${held.associationId}`,
        );
      await checkHolder(tx, context, address);
      address = await disassociate(tx, context, address);
    }
    if (target.elastic) {
      if (!input.AllowReassociation)
        throw alreadyAssociated(
          `resource ${eniId} is already associated with associate-id ${target.elastic.associationId}`,
        );
      await disassociate(
        tx,
        context,
        await find(tx, context, kinds.address, target.elastic.allocationId),
      );
    }
    eni = await find(tx, context, kinds.networkInterface, eniId);
    await checkInternetGateway(tx, context, eni.vpcId);
    return associate(tx, context, context.random, address, eni, privateIp);
  });
  return { AssociationId: associationId };
};

const disassociateAddress: Ec2Operation<"DisassociateAddress"> = async (input, context) => {
  const { AssociationId: id, PublicIp: publicIp } = input;
  if (id === undefined && publicIp === undefined) throw missingParameter("AssociationId");
  await inNetwork(context, async (tx) => {
    const address =
      id === undefined
        ? await byPublicIp(tx, context, publicIp!)
        : (await addresses.list(tx, context)).find((one) => one.association?.associationId === id);
    if (!address) throw associationNotFound(id!);
    if (!address.association) throw associationNotFound(publicIp!);
    await checkHolder(tx, context, address);
    await disassociate(tx, context, address);
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html */
const releaseAddress: Ec2Operation<"ReleaseAddress"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const address = await addressOf(tx, context, input);
    const { allocationId, publicIp, association } = address;
    if (association) {
      // In the default VPC, an instance gives its address back by itself.
      const eni = await find(tx, context, kinds.networkInterface, association.networkInterfaceId);
      const { isDefault } = await find(tx, context, kinds.vpc, eni.vpcId);
      if (!isDefault || eni.attachment?.instanceId === undefined)
        throw ec2Error("InvalidIPAddress.InUse", `Address ${publicIp} is in use.`);
      await disassociate(tx, context, address);
    }
    giveBackPublicIp(tx, context, publicIp);
    releasedIps.put(tx, context, [publicIp], true);
    addresses.delete(tx, context, allocationId);
  });
  return {};
};

export const addressOperations: Ec2Operations = {
  AllocateAddress: allocateAddress,
  DescribeAddresses: describeAddresses,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,
  ReleaseAddress: releaseAddress,
};
