/** Site-to-Site VPN connections. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpnConnection.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Input, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, invalidParameterValue, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import { formatCidr, parseCidr } from "../cidr.ts";
import { invalidCidr } from "../errors.ts";
import { vpnGateways } from "../gateway-records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { giveBackPublicIp, takePublicIp } from "../public-addresses.ts";
import { tagsShape } from "../shapes.ts";
import {
  customerGatewayConfiguration,
  insideCidr,
  negotiation,
  preSharedKey,
  vpnConnections,
  type VpnConnectionRecord,
  type VpnTunnel,
} from "../vpn-connections.ts";

interface Shown extends VpnConnectionRecord {
  bgpAsn: string;
  configuration: string;
}

const filters: FilterTable<Shown> = {
  "bgp-asn": (one) => one.bgpAsn,
  "customer-gateway-configuration": (one) => one.configuration,
  "customer-gateway-id": (one) => one.customerGatewayId,
  "option.static-routes-only": (one) => one.staticRoutesOnly,
  "route.destination-cidr-block": (one) => one.routes,
  state: (one) => one.state,
  "transit-gateway-id": () => undefined,
  type: () => "ipsec.1",
  "vpn-connection-id": (one) => one.vpnConnectionId,
  "vpn-gateway-id": (one) => one.vpnGatewayId,
};

async function shown(tx: Transaction, context: Ec2Context, one: VpnConnectionRecord) {
  const customer = await find(tx, context, kinds.customerGateway, one.customerGatewayId);
  const gateway = one.vpnGatewayId && (await vpnGateways.get(tx, context, one.vpnGatewayId));
  const configuration = customerGatewayConfiguration(one, customer, gateway || undefined);
  return { ...one, bgpAsn: customer.bgpAsn, configuration };
}

function shape(one: Shown) {
  return {
    VpnConnectionId: one.vpnConnectionId,
    State: one.state,
    Type: "ipsec.1" as const,
    Category: "VPN",
    CustomerGatewayId: one.customerGatewayId,
    CustomerGatewayConfiguration: one.configuration,
    VpnGatewayId: one.vpnGatewayId,
    GatewayAssociationState:
      one.vpnGatewayId === undefined ? ("not-associated" as const) : ("associated" as const),
    Options: {
      EnableAcceleration: false,
      StaticRoutesOnly: one.staticRoutesOnly,
      LocalIpv4NetworkCidr: one.localCidr,
      RemoteIpv4NetworkCidr: one.remoteCidr,
      OutsideIpAddressType: "PublicIpv4",
      TunnelInsideIpVersion: "ipv4" as const,
      TunnelOptions: one.tunnels.map(({ options, ...tunnel }) => {
        const { DPDTimeoutSeconds, DPDTimeoutAction, IKEVersions, ...rest } = options;
        return {
          OutsideIpAddress: tunnel.outsideIp,
          TunnelInsideCidr: tunnel.insideCidr,
          PreSharedKey: tunnel.preSharedKey,
          ...rest,
          DpdTimeoutSeconds: DPDTimeoutSeconds,
          DpdTimeoutAction: DPDTimeoutAction,
          IkeVersions: IKEVersions,
        };
      }),
    },
    Routes: one.routes.map((DestinationCidrBlock) => ({
      DestinationCidrBlock,
      Source: "Static" as const,
      State: "available" as const,
    })),
    // No device has ever come up at the other end.
    VgwTelemetry: one.tunnels.map(({ outsideIp }) => ({
      OutsideIpAddress: outsideIp,
      Status: "DOWN" as const,
      StatusMessage: "IPSEC IS DOWN",
      AcceptedRouteCount: 0,
      LastStatusChange: dateOf(one.createdMs),
    })),
    ...tagsShape(one.tags),
  };
}

function blockOf(parameter: string, text = "0.0.0.0/0"): string {
  const cidr = parseCidr(text);
  if (!cidr) throw invalidCidr(parameter, text);
  return formatCidr(cidr);
}

function checkInput({ Type, TransitGatewayId, VpnGatewayId, ...input }: CreateInput): void {
  if (TransitGatewayId !== undefined && VpnGatewayId !== undefined)
    throw invalidParameterValue(
      "The request must not contain both parameter vpnGatewayId and transitGatewayId",
    );
  if (Type !== "ipsec.1")
    throw invalidParameterValue(`Value (${Type}) for parameter type is invalid.`);
  for (const name of ["VpnConcentratorId", "PreSharedKeyStorage"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const { EnableAcceleration, TunnelInsideIpVersion, OutsideIpAddressType, ...options } =
    input.Options ?? {};
  if (EnableAcceleration) throw unsupportedParameter("EnableAcceleration");
  if (TunnelInsideIpVersion === "ipv6") throw unsupportedParameter("TunnelInsideIpVersion");
  if ((OutsideIpAddressType ?? "PublicIpv4") !== "PublicIpv4")
    throw unsupportedParameter("OutsideIpAddressType");
  for (const name of [
    "LocalIpv6NetworkCidr",
    "RemoteIpv6NetworkCidr",
    "TransportTransitGatewayAttachmentId",
    "TunnelBandwidth",
  ] as const)
    if (options[name] !== undefined) throw unsupportedParameter(name);
  if ((options.TunnelOptions?.length ?? 0) > 2)
    throw invalidParameterValue("A VPN connection has two tunnels.");
}

type CreateInput = Ec2Input<"CreateVpnConnection">;

const create: Ec2Operation<"CreateVpnConnection"> = async (input, context) => {
  checkInput(input);
  const { Options: options, TransitGatewayId, VpnGatewayId: vpnGatewayId } = input;
  const made = await inNetwork(context, async (tx) => {
    const { customerGatewayId, state } = await find(
      tx,
      context,
      kinds.customerGateway,
      input.CustomerGatewayId!,
    );
    if (state === "deleted") throw kinds.customerGateway.notFound(customerGatewayId);
    // There are no transit gateways here, and so none of this id.
    if (TransitGatewayId !== undefined)
      throw ec2Error(
        "InvalidTransitGatewayID.NotFound",
        `The transitGateway ID '${TransitGatewayId}' does not exist`,
      );
    if (vpnGatewayId !== undefined) {
      const gateway = await find(tx, context, kinds.vpnGateway, vpnGatewayId);
      if (gateway.state === "deleted") throw kinds.vpnGateway.notFound(vpnGatewayId);
    }
    const others = (await vpnConnections.list(tx, context)).filter(
      (one) => one.state === "available" && one.vpnGatewayId === vpnGatewayId,
    );
    const taken = others.flatMap(({ tunnels }) => tunnels.map((tunnel) => tunnel.insideCidr));
    const id = newId(context.random, "vpn");
    const tunnels: VpnTunnel[] = [];
    for (const index of [0, 1]) {
      const asked = options?.TunnelOptions?.[index] ?? {};
      const inside = insideCidr(context.random, asked.TunnelInsideCidr, taken);
      taken.push(inside);
      tunnels.push({
        outsideIp: await takePublicIp(tx, context, context.random, id),
        insideCidr: inside,
        preSharedKey: preSharedKey(context.random, asked.PreSharedKey),
        options: negotiation(asked),
      });
    }
    const record: VpnConnectionRecord = {
      vpnConnectionId: id,
      customerGatewayId,
      ...(vpnGatewayId !== undefined && { vpnGatewayId }),
      state: "available",
      staticRoutesOnly: options?.StaticRoutesOnly ?? false,
      localCidr: blockOf("localIpv4NetworkCidr", options?.LocalIpv4NetworkCidr),
      remoteCidr: blockOf("remoteIpv4NetworkCidr", options?.RemoteIpv4NetworkCidr),
      routes: [],
      tunnels,
      createdMs: context.clock.now(),
      tags: tagsFor("vpn-connection", input.TagSpecifications, context.principal),
    };
    vpnConnections.put(tx, context, [id], record);
    return shown(tx, context, record);
  });
  return { VpnConnection: { ...shape(made), State: "pending" } };
};

const describe: Ec2Operation<"DescribeVpnConnections"> = async (input, context) => {
  const all = await inNetwork(context, async (tx) => {
    const records = await select(tx, context, kinds.vpnConnection, input.VpnConnectionIds);
    const list: Shown[] = [];
    for (const record of records) list.push(await shown(tx, context, record));
    return list;
  });
  const found = applyFilters(all, input.Filters, filters, ({ tags }) => tags);
  return { VpnConnections: found.map(shape) };
};

/** Its addresses go back at once; it is shown as deleted, as on AWS for a while. */
const remove: Ec2Operation<"DeleteVpnConnection"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const one = await find(tx, context, kinds.vpnConnection, input.VpnConnectionId!);
    if (one.state === "deleted") return;
    for (const { outsideIp } of one.tunnels) giveBackPublicIp(tx, context, outsideIp);
    vpnConnections.put(tx, context, [one.vpnConnectionId], { ...one, state: "deleted" });
  });
  return {};
};

const createRoute: Ec2Operation<"CreateVpnConnectionRoute"> = async (input, context) => {
  const block = blockOf("destinationCidrBlock", input.DestinationCidrBlock);
  await inNetwork(context, async (tx) => {
    const one = await findAvailable(tx, context, input.VpnConnectionId!);
    if (!one.staticRoutesOnly)
      throw invalidParameterValue(
        `The VPN connection ${one.vpnConnectionId} does not use static routes.`,
      );
    const routes = [...new Set([...one.routes, block])];
    vpnConnections.put(tx, context, [one.vpnConnectionId], { ...one, routes });
  });
  return {};
};

const deleteRoute: Ec2Operation<"DeleteVpnConnectionRoute"> = async (input, context) => {
  const block = blockOf("destinationCidrBlock", input.DestinationCidrBlock);
  await inNetwork(context, async (tx) => {
    const one = await findAvailable(tx, context, input.VpnConnectionId!);
    if (!one.routes.includes(block))
      throw ec2Error(
        "InvalidRoute.NotFound",
        `no route with destination-cidr-block ${block} in VPN connection ${one.vpnConnectionId}`,
      );
    const routes = one.routes.filter((route) => route !== block);
    vpnConnections.put(tx, context, [one.vpnConnectionId], { ...one, routes });
  });
  return {};
};

async function findAvailable(tx: Transaction, context: Ec2Context, id: string) {
  const one = await find(tx, context, kinds.vpnConnection, id);
  if (one.state === "deleted") throw kinds.vpnConnection.notFound(id);
  return one;
}

/** A gateway that a connection stands at stays. */
export async function checkUnused(
  tx: Transaction,
  context: Ec2Context,
  stands: (one: VpnConnectionRecord) => boolean,
  what: string,
): Promise<void> {
  const users = (await vpnConnections.list(tx, context)).filter(
    (one) => one.state === "available" && stands(one),
  );
  if (users.length > 0) throw ec2Error("IncorrectState", what);
}

export const vpnConnectionOperations: Ec2Operations = {
  CreateVpnConnection: create,
  DescribeVpnConnections: describe,
  DeleteVpnConnection: remove,
  CreateVpnConnectionRoute: createRoute,
  DeleteVpnConnectionRoute: deleteRoute,
};
