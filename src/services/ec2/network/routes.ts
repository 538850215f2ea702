/** Routes: what requests name, where they lead, and whether that still exists. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  ec2Error,
  instanceNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../errors.ts";
import { formatCidr, isIpv6Cidr, parseCidr } from "./cidr.ts";
import { invalidCidr } from "./errors.ts";
import { carrierGateways, egressOnlyGateways, vpnGateways } from "./gateway-records.ts";
import { find, kinds } from "./kinds.ts";
import { managedPrefixLists } from "./prefix-lists.ts";
import {
  instanceInterfaces,
  interfaces,
  internetGateways,
  natGateways,
  peerings,
  vpcEndpoints,
  type RouteRecord,
  type RouteTarget,
} from "./records.ts";

export interface RouteInput {
  DestinationCidrBlock?: string | undefined;
  DestinationIpv6CidrBlock?: string | undefined;
  DestinationPrefixListId?: string | undefined;
  GatewayId?: string | undefined;
  NatGatewayId?: string | undefined;
  NetworkInterfaceId?: string | undefined;
  InstanceId?: string | undefined;
  VpcPeeringConnectionId?: string | undefined;
  EgressOnlyInternetGatewayId?: string | undefined;
  TransitGatewayId?: string | undefined;
  LocalGatewayId?: string | undefined;
  CarrierGatewayId?: string | undefined;
  CoreNetworkArn?: string | undefined;
  VpcEndpointId?: string | undefined;
}

/** The one destination that a request names; a block in its canonical form, as CreateRoute's page says. */
export function destinationOf(input: RouteInput): string {
  const { DestinationCidrBlock: cidr, DestinationIpv6CidrBlock: ipv6 } = input;
  const { DestinationPrefixListId: list } = input;
  const given = [cidr, ipv6, list].filter((one) => one !== undefined);
  if (given.length === 0) throw missingParameter("destinationCidrBlock");
  if (given.length > 1)
    throw invalidParameterCombination(
      "Only one of DestinationCidrBlock, DestinationIpv6CidrBlock and DestinationPrefixListId may be given",
    );
  if (cidr !== undefined) {
    const parsed = parseCidr(cidr);
    if (!parsed) throw invalidCidr("destinationCidrBlock", cidr);
    return formatCidr(parsed);
  }
  if (ipv6 !== undefined && !isIpv6Cidr(ipv6)) throw invalidCidr("destinationIpv6CidrBlock", ipv6);
  return given[0]!;
}

/** Throws for a prefix list that is neither AWS's nor the account's. */
export async function checkPrefixList(tx: Transaction, scope: Scope, id: string): Promise<void> {
  if (managedPrefixLists(scope.region).some((list) => list.id === id)) return;
  await find(tx, scope, kinds.prefixList, id);
}

/** The one target that a request names; it must exist, and a gateway must stand at the VPC. */
export async function targetOf(
  tx: Transaction,
  scope: Scope,
  table: { routeTableId: string; vpcId: string },
  input: RouteInput,
): Promise<RouteTarget> {
  for (const name of ["TransitGatewayId", "LocalGatewayId", "CoreNetworkArn"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const { GatewayId, NatGatewayId, NetworkInterfaceId, InstanceId, VpcPeeringConnectionId } = input;
  const { EgressOnlyInternetGatewayId, CarrierGatewayId, VpcEndpointId } = input;
  const given = [
    GatewayId,
    NatGatewayId,
    NetworkInterfaceId,
    InstanceId,
    VpcPeeringConnectionId,
    EgressOnlyInternetGatewayId,
    CarrierGatewayId,
    VpcEndpointId,
  ];
  const count = given.filter((one) => one !== undefined).length;
  if (count !== 1)
    throw invalidParameterCombination(
      "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, carrierGatewayId, vpcEndpointId or instanceId",
    );
  if (EgressOnlyInternetGatewayId !== undefined) {
    await find(tx, scope, kinds.egressOnlyGateway, EgressOnlyInternetGatewayId);
    if (input.DestinationIpv6CidrBlock === undefined)
      throw invalidParameterCombination(
        "An egress-only internet gateway takes IPv6 destinations only",
      );
    return { egressOnlyGatewayId: EgressOnlyInternetGatewayId };
  }
  if (CarrierGatewayId !== undefined) {
    await find(tx, scope, kinds.carrierGateway, CarrierGatewayId);
    return { carrierGatewayId: CarrierGatewayId };
  }
  if (VpcEndpointId !== undefined) {
    await find(tx, scope, kinds.vpcEndpoint, VpcEndpointId);
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html: for Gateway Load Balancer endpoints only.
    throw ec2Error(
      "RouteNotSupported",
      `Route table contains unsupported route target: ${VpcEndpointId}. VPC Endpoints of this type cannot be used as route targets.`,
    );
  }
  if (GatewayId?.startsWith("vgw-")) {
    const gateway = await find(tx, scope, kinds.vpnGateway, GatewayId);
    if (gateway.vpcId !== table.vpcId)
      throw invalidParameterValue(
        `route table ${table.routeTableId} and network gateway ${GatewayId} belong to different networks`,
      );
    return { gatewayId: GatewayId };
  }
  if (GatewayId !== undefined) {
    const gateway = await find(tx, scope, kinds.internetGateway, GatewayId);
    if (gateway.vpcId !== table.vpcId)
      throw invalidParameterValue(
        `route table ${table.routeTableId} and network gateway ${GatewayId} belong to different networks`,
      );
    return { gatewayId: GatewayId };
  }
  if (NatGatewayId !== undefined) {
    const nat = await natGateways.get(tx, scope, NatGatewayId);
    if (!nat || nat.state === "deleted" || nat.state === "failed")
      throw ec2Error(
        "InvalidNatGatewayID.NotFound",
        `The natGateway ID '${NatGatewayId}' does not exist`,
      );
    return { natGatewayId: NatGatewayId };
  }
  if (InstanceId !== undefined) {
    const networkInterfaceId = await instanceInterfaces.get(tx, scope, InstanceId, 0);
    if (networkInterfaceId === undefined) throw instanceNotFound(InstanceId);
    return { instanceId: InstanceId, networkInterfaceId };
  }
  if (VpcPeeringConnectionId !== undefined) {
    await find(tx, scope, kinds.peering, VpcPeeringConnectionId);
    return { vpcPeeringConnectionId: VpcPeeringConnectionId };
  }
  await find(tx, scope, kinds.networkInterface, NetworkInterfaceId!);
  return { networkInterfaceId: NetworkInterfaceId! };
}

/** "blackhole" when what the route leads to is gone or takes nothing. */
async function routeState(
  tx: Transaction,
  scope: Scope,
  vpcId: string,
  route: RouteRecord,
): Promise<"active" | "blackhole"> {
  const { gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId } = route;
  let leads = true;
  if (gatewayId?.startsWith("igw-"))
    leads = (await internetGateways.get(tx, scope, gatewayId))?.vpcId === vpcId;
  else if (gatewayId?.startsWith("vgw-"))
    leads = (await vpnGateways.get(tx, scope, gatewayId))?.vpcId === vpcId;
  else if (route.egressOnlyGatewayId)
    leads = (await egressOnlyGateways.get(tx, scope, route.egressOnlyGatewayId)) !== undefined;
  else if (route.carrierGatewayId)
    leads = (await carrierGateways.get(tx, scope, route.carrierGatewayId)) !== undefined;
  else if (gatewayId?.startsWith("vpce-"))
    leads = (await vpcEndpoints.get(tx, scope, gatewayId))?.state === "available";
  else if (natGatewayId) {
    const state = (await natGateways.get(tx, scope, natGatewayId))?.state;
    leads = state === "available" || state === "pending";
  } else if (vpcPeeringConnectionId)
    leads = (await peerings.get(tx, scope, vpcPeeringConnectionId))?.status === "active";
  else if (networkInterfaceId)
    leads = (await interfaces.get(tx, scope, networkInterfaceId))?.attachment !== undefined;
  return leads ? "active" : "blackhole";
}

/** A route as DescribeRouteTables shows it. */
export async function routeShape(tx: Transaction, scope: Scope, vpcId: string, route: RouteRecord) {
  const { destination } = route;
  return {
    ...(destination.startsWith("pl-")
      ? { DestinationPrefixListId: destination }
      : destination.includes(":")
        ? { DestinationIpv6CidrBlock: destination }
        : { DestinationCidrBlock: destination }),
    GatewayId: route.gatewayId,
    NatGatewayId: route.natGatewayId,
    NetworkInterfaceId: route.networkInterfaceId,
    InstanceId: route.instanceId,
    ...(route.instanceId && { InstanceOwnerId: scope.account }),
    VpcPeeringConnectionId: route.vpcPeeringConnectionId,
    EgressOnlyInternetGatewayId: route.egressOnlyGatewayId,
    CarrierGatewayId: route.carrierGatewayId,
    Origin: route.origin,
    State: await routeState(tx, scope, vpcId, route),
  };
}
