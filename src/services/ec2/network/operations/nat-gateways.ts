/** NAT gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html */
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { missingParameter, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { associate } from "../elastic-ips.ts";
import { alreadyAssociated } from "../errors.ts";
import { createInterface } from "../interfaces.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { addNatAddresses } from "../nat-addresses.ts";
import { interfaces, natGateways, type NatGatewayRecord } from "../records.ts";
import { tagsShape } from "../shapes.ts";

const filters: FilterTable<NatGatewayRecord> = {
  "nat-gateway-id": (nat) => nat.natGatewayId,
  state: (nat) => nat.state,
  "subnet-id": (nat) => nat.subnetId,
  "vpc-id": (nat) => nat.vpcId,
};

export function natAddressShapes(nat: NatGatewayRecord) {
  const isPending = nat.state === "pending";
  return [nat, ...(nat.secondary ?? [])].map((one, index) => ({
    AllocationId: one.allocationId,
    AssociationId: one.associationId,
    NetworkInterfaceId: nat.networkInterfaceId,
    PrivateIp: one.privateIp,
    // AWS shows the public address only once the gateway is up.
    PublicIp: isPending ? undefined : one.publicIp,
    IsPrimary: index === 0,
    Status: isPending ? ("associating" as const) : ("succeeded" as const),
  }));
}

function natShape(nat: NatGatewayRecord) {
  return {
    NatGatewayId: nat.natGatewayId,
    SubnetId: nat.subnetId,
    VpcId: nat.vpcId,
    State: nat.state,
    ConnectivityType: nat.connectivityType,
    CreateTime: dateOf(nat.createdMs),
    ...(nat.failure && { FailureCode: nat.failure.code, FailureMessage: nat.failure.message }),
    ...(nat.deletedMs !== undefined && { DeleteTime: dateOf(nat.deletedMs) }),
    NatGatewayAddresses: natAddressShapes(nat),
    ...tagsShape(nat.tags),
  };
}

const createNatGateway: Ec2Operation<"CreateNatGateway"> = async (input, context) => {
  for (const name of ["AvailabilityMode", "VpcId", "AvailabilityZoneAddresses"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  if (input.SubnetId === undefined) throw missingParameter("SubnetId");
  const connectivityType = input.ConnectivityType ?? "public";
  if (connectivityType === "public" && input.AllocationId === undefined)
    throw missingParameter("AllocationId");
  const { ClientToken: token, ...parameters } = input;
  const now = context.clock.now();
  const nat = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(
      tx,
      context,
      "CreateNatGateway",
      token,
      parameters,
      tokenLifeMs,
    );
    if (earlier) return find(tx, context, kinds.natGateway, earlier);
    const natGatewayId = newId(context.random, "nat");
    const eni = await createInterface(tx, context, context.random, {
      subnet: await find(tx, context, kinds.subnet, input.SubnetId!),
      groups: [],
      privateIp: input.PrivateIpAddress,
      description: `Interface for NAT Gateway ${natGatewayId}`,
      interfaceType: "nat_gateway",
      requesterId: context.account,
      tags: {},
    });
    const attachmentId = newId(context.random, "ela-attach");
    const attached = {
      ...eni,
      groups: [],
      sourceDestCheck: false,
      attachment: { attachmentId, deviceIndex: 1, attachedMs: now, deleteOnTermination: false },
    };
    interfaces.put(tx, context, [eni.networkInterfaceId], attached);
    const privateIp = eni.privateIps[0]!.address;
    let elastic = {};
    if (connectivityType === "public") {
      const address = await find(tx, context, kinds.address, input.AllocationId!);
      const { allocationId, publicIp, association } = address;
      if (association)
        throw alreadyAssociated(
          `resource ${allocationId} is already associated with associate-id ${association.associationId}`,
        );
      const associationId = associate(tx, context, context.random, address, attached, privateIp);
      elastic = { allocationId, publicIp, associationId };
    }
    const record: NatGatewayRecord = {
      natGatewayId,
      subnetId: eni.subnetId,
      vpcId: eni.vpcId,
      connectivityType,
      state: "pending",
      createdMs: now,
      sinceMs: now,
      networkInterfaceId: eni.networkInterfaceId,
      privateIp,
      ...elastic,
      tags: tagsFor("natgateway", input.TagSpecifications, context.principal),
    };
    const whole = await addNatAddresses(tx, context, record, {
      allocationIds: input.SecondaryAllocationIds,
      privateIps: input.SecondaryPrivateIpAddresses,
      count: input.SecondaryPrivateIpAddressCount,
    });
    natGateways.put(tx, context, [natGatewayId], whole);
    await rememberTokenForADay(tx, context, "CreateNatGateway", token, parameters, natGatewayId);
    return whole;
  });
  return { NatGateway: natShape(nat), ClientToken: token };
};

const describeNatGateways: Ec2Operation<"DescribeNatGateways"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.natGateway, input.NatGatewayIds),
  );
  const found = applyFilters(all, input.Filter, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ natGatewayId }) => natGatewayId);
  return { NatGateways: items.map(natShape), NextToken };
};

const deleteNatGateway: Ec2Operation<"DeleteNatGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const nat = await find(tx, context, kinds.natGateway, input.NatGatewayId!);
    if (nat.state === "deleted") throw kinds.natGateway.notFound(nat.natGatewayId);
    if (nat.state === "deleting") return;
    const deleting = { ...nat, state: "deleting" as const, sinceMs: context.clock.now() };
    natGateways.put(tx, context, [nat.natGatewayId], deleting);
  });
  return { NatGatewayId: input.NatGatewayId };
};

export const natGatewayOperations: Ec2Operations = {
  CreateNatGateway: createNatGateway,
  DescribeNatGateways: describeNatGateways,
  DeleteNatGateway: deleteNatGateway,
};
