/** Virtual private gateways, and the routes that they would propagate. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpnGateway.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, invalidParameterValue } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import { vpnGateways, type VpnGatewayRecord } from "../gateway-records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { routeTables } from "../records.ts";
import { tagsShape } from "../shapes.ts";
import { checkUnused } from "./vpn-connections.ts";

/** https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html */
const usualAsn = 64_512;

function shape(one: VpnGatewayRecord) {
  return {
    VpnGatewayId: one.vpnGatewayId,
    Type: "ipsec.1" as const,
    State: one.state,
    AmazonSideAsn: one.amazonSideAsn,
    AvailabilityZone: one.availabilityZone,
    VpcAttachments: attachmentsOf(one),
    ...tagsShape(one.tags),
  };
}

function attachmentsOf({ vpcId, formerVpcId }: VpnGatewayRecord) {
  if (vpcId !== undefined) return [{ State: "attached" as const, VpcId: vpcId }];
  return formerVpcId === undefined ? [] : [{ State: "detached" as const, VpcId: formerVpcId }];
}

const filters: FilterTable<VpnGatewayRecord> = {
  "amazon-side-asn": (one) => one.amazonSideAsn,
  "attachment.state": (one) => attachmentsOf(one).map(({ State }) => State),
  "attachment.vpc-id": (one) => attachmentsOf(one).map(({ VpcId }) => VpcId),
  "availability-zone": (one) => one.availabilityZone,
  state: (one) => one.state,
  type: () => "ipsec.1",
  "vpn-gateway-id": (one) => one.vpnGatewayId,
};

const create: Ec2Operation<"CreateVpnGateway"> = async (input, context) => {
  const asn = input.AmazonSideAsn ?? usualAsn;
  const isPrivate =
    (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);
  if (!isPrivate)
    throw invalidParameterValue(
      `Value (${asn}) for parameter amazonSideAsn is invalid. The ASN must be a private ASN in the 64512 to 65534 or 4200000000 to 4294967294 range.`,
    );
  const record: VpnGatewayRecord = {
    vpnGatewayId: newId(context.random, "vgw"),
    amazonSideAsn: asn,
    ...(input.AvailabilityZone !== undefined && { availabilityZone: input.AvailabilityZone }),
    state: "available",
    tags: tagsFor("vpn-gateway", input.TagSpecifications, context.principal),
  };
  await inNetwork(context, async (tx) =>
    vpnGateways.put(tx, context, [record.vpnGatewayId], record),
  );
  return { VpnGateway: shape(record) };
};

const describe: Ec2Operation<"DescribeVpnGateways"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.vpnGateway, input.VpnGatewayIds),
  );
  return { VpnGateways: applyFilters(all, input.Filters, filters, ({ tags }) => tags).map(shape) };
};

const attach: Ec2Operation<"AttachVpnGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.vpnGateway, input.VpnGatewayId!);
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    if (gateway.state === "deleted") throw kinds.vpnGateway.notFound(gateway.vpnGatewayId);
    if (gateway.vpcId !== undefined && gateway.vpcId !== vpcId)
      throw ec2Error(
        "VpnGatewayAttachmentLimitExceeded",
        "The maximum number of virtual private gateway attachments has been reached.",
      );
    if (
      (await vpnGateways.list(tx, context)).some(
        (one) =>
          one !== gateway && one.vpcId === vpcId && one.vpnGatewayId !== gateway.vpnGatewayId,
      )
    )
      throw ec2Error(
        "InvalidVpnGatewayState",
        `The VPC ${vpcId} already has a virtual private gateway attached to it.`,
      );
    vpnGateways.put(tx, context, [gateway.vpnGatewayId], { ...gateway, vpcId });
  });
  return { VpcAttachment: { State: "attached", VpcId: input.VpcId } };
};

const detach: Ec2Operation<"DetachVpnGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.vpnGateway, input.VpnGatewayId!);
    const { vpcId, ...free } = gateway;
    if (vpcId === undefined || vpcId !== input.VpcId)
      throw ec2Error(
        "InvalidVpnGatewayAttachment.NotFound",
        `The attachment with vpn gateway ID '${gateway.vpnGatewayId}' and vpc ID '${input.VpcId}' does not exist.`,
      );
    vpnGateways.put(tx, context, [gateway.vpnGatewayId], { ...free, formerVpcId: vpcId });
    await forget(tx, context, gateway.vpnGatewayId);
  });
  return {};
};

const remove: Ec2Operation<"DeleteVpnGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.vpnGateway, input.VpnGatewayId!);
    if (gateway.vpcId !== undefined)
      throw ec2Error(
        "IncorrectState",
        `The vpnGateway ID '${gateway.vpnGatewayId}' has dependencies and cannot be deleted.`,
      );
    await checkUnused(
      tx,
      context,
      (vpn) => vpn.vpnGatewayId === gateway.vpnGatewayId,
      "The VPN gateway is in use.",
    );
    vpnGateways.put(tx, context, [gateway.vpnGatewayId], { ...gateway, state: "deleted" });
  });
  return {};
};

async function forget(
  tx: Parameters<Parameters<typeof inNetwork>[1]>[0],
  context: Ec2Context,
  id: string,
) {
  for (const table of await routeTables.list(tx, context))
    if (table.propagatingGatewayIds?.includes(id))
      routeTables.put(tx, context, [table.routeTableId], {
        ...table,
        propagatingGatewayIds: table.propagatingGatewayIds.filter((one) => one !== id),
      });
}

const propagate: Ec2Operation<"EnableVgwRoutePropagation"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    const gateway = await find(tx, context, kinds.vpnGateway, input.GatewayId!);
    if (gateway.vpcId !== table.vpcId)
      throw ec2Error(
        "Gateway.NotAttached",
        `resource ${gateway.vpnGatewayId} is not attached to network ${table.vpcId}`,
      );
    const ids = new Set([...(table.propagatingGatewayIds ?? []), gateway.vpnGatewayId]);
    routeTables.put(tx, context, [table.routeTableId], {
      ...table,
      propagatingGatewayIds: [...ids],
    });
  });
  return {};
};

const stopPropagating: Ec2Operation<"DisableVgwRoutePropagation"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    const gateway = await find(tx, context, kinds.vpnGateway, input.GatewayId!);
    const rest = (table.propagatingGatewayIds ?? []).filter((id) => id !== gateway.vpnGatewayId);
    routeTables.put(tx, context, [table.routeTableId], { ...table, propagatingGatewayIds: rest });
  });
  return {};
};

export const vpnGatewayOperations: Ec2Operations = {
  CreateVpnGateway: create,
  DescribeVpnGateways: describe,
  AttachVpnGateway: attach,
  DetachVpnGateway: detach,
  DeleteVpnGateway: remove,
  EnableVgwRoutePropagation: propagate,
  DisableVgwRoutePropagation: stopPropagating,
};
