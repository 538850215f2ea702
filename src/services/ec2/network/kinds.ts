/** Every kind of network resource: its records, the form of its ids, its error, and the owner of its tags. */
import type { AwsError } from "#model/error.ts";
import type { Collection, Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { ec2Error } from "../errors.ts";
import { tagOwner, type TagOwner, type Tagged } from "../tags.ts";
import { groupNotFound } from "./errors.ts";
import { flowLogs } from "./flow-logs/records.ts";
import * as gateways from "./gateway-records.ts";
import { prefixLists } from "./managed-prefix-lists.ts";
import { ownEndpointServices, ownServiceNotFound } from "./own-endpoint-services.ts";
import { subnetReservations } from "./subnet-reservations.ts";
import * as records from "./records.ts";
import { vpnConnections } from "./vpn-connections.ts";

export interface Kind<T extends Tagged> {
  /** EC2's ResourceType. */
  resourceType: string;
  prefix: string;
  records: Collection<T>;
  notFound: (id: string) => AwsError;
}

function kind<T extends Tagged>(
  resourceType: string,
  prefix: string,
  of: Collection<T>,
  notFound: (id: string) => AwsError,
): Kind<T> {
  return { resourceType, prefix, records: of, notFound };
}

/** "The vpc ID 'vpc-1' does not exist" */
const missing = (code: string, noun: string) => (id: string) =>
  ec2Error(code, `The ${noun} ID '${id}' does not exist`);

export const kinds = {
  vpc: kind("vpc", "vpc", records.vpcs, missing("InvalidVpcID.NotFound", "vpc")),
  subnet: kind("subnet", "subnet", records.subnets, missing("InvalidSubnetID.NotFound", "subnet")),
  internetGateway: kind(
    "internet-gateway",
    "igw",
    records.internetGateways,
    missing("InvalidInternetGatewayID.NotFound", "internetGateway"),
  ),
  dhcpOptions: kind(
    "dhcp-options",
    "dopt",
    records.dhcpOptions,
    missing("InvalidDhcpOptionID.NotFound", "dhcpOption"),
  ),
  routeTable: kind(
    "route-table",
    "rtb",
    records.routeTables,
    missing("InvalidRouteTableID.NotFound", "routeTable"),
  ),
  networkAcl: kind(
    "network-acl",
    "acl",
    records.networkAcls,
    missing("InvalidNetworkAclID.NotFound", "networkAcl"),
  ),
  securityGroup: kind("security-group", "sg", records.securityGroups, groupNotFound),
  groupRule: kind(
    "security-group-rule",
    "sgr",
    records.groupRules,
    missing("InvalidSecurityGroupRuleId.NotFound", "security group rule"),
  ),
  networkInterface: kind(
    "network-interface",
    "eni",
    records.interfaces,
    missing("InvalidNetworkInterfaceID.NotFound", "networkInterface"),
  ),
  address: kind(
    "elastic-ip",
    "eipalloc",
    records.addresses,
    missing("InvalidAllocationID.NotFound", "allocation"),
  ),
  natGateway: kind("natgateway", "nat", records.natGateways, (id) =>
    ec2Error("NatGatewayNotFound", `NAT gateway ${id} was not found`),
  ),
  vpcEndpoint: kind("vpc-endpoint", "vpce", records.vpcEndpoints, (id) =>
    ec2Error("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`),
  ),
  endpointService: kind(
    "vpc-endpoint-service",
    "vpce-svc",
    ownEndpointServices,
    ownServiceNotFound,
  ),
  peering: kind(
    "vpc-peering-connection",
    "pcx",
    records.peerings,
    missing("InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection"),
  ),
  prefixList: kind(
    "prefix-list",
    "pl",
    prefixLists,
    missing("InvalidPrefixListID.NotFound", "prefix list"),
  ),
  egressOnlyGateway: kind(
    "egress-only-internet-gateway",
    "eigw",
    gateways.egressOnlyGateways,
    missing("InvalidGatewayID.NotFound", "eigw"),
  ),
  carrierGateway: kind(
    "carrier-gateway",
    "cagw",
    gateways.carrierGateways,
    missing("InvalidCarrierGatewayID.NotFound", "carrier gateway"),
  ),
  customerGateway: kind(
    "customer-gateway",
    "cgw",
    gateways.customerGateways,
    missing("InvalidCustomerGatewayID.NotFound", "customerGateway"),
  ),
  vpnGateway: kind(
    "vpn-gateway",
    "vgw",
    gateways.vpnGateways,
    missing("InvalidVpnGatewayID.NotFound", "vpnGateway"),
  ),
  vpnConnection: kind(
    "vpn-connection",
    "vpn",
    vpnConnections,
    missing("InvalidVpnConnectionID.NotFound", "vpnConnection"),
  ),
  flowLog: kind("vpc-flow-log", "fl", flowLogs, (id) =>
    ec2Error("InvalidFlowLogId.NotFound", `The flow log ID '${id}' does not exist`),
  ),
  subnetReservation: kind(
    "subnet-cidr-reservation",
    "scr",
    subnetReservations,
    missing("InvalidSubnetCidrReservationID.NotFound", "subnet-cidr-reservation"),
  ),
};

export const networkTagOwners: readonly TagOwner[] = Object.values(kinds).map((one) =>
  // The kinds differ in their records only, of which a tag owner sees the tags.
  tagOwner(one as Kind<Tagged>),
);

/** The record with this id, or AWS's error for a missing one. */
export async function find<T extends Tagged>(
  tx: Transaction,
  scope: Scope,
  of: Kind<T>,
  id: string,
): Promise<T> {
  const found = await of.records.get(tx, scope, id);
  if (!found) throw of.notFound(id);
  return found;
}

/** All records, or those with the ids given; throws for the first id that is not there. */
export async function select<T extends Tagged>(
  tx: Transaction,
  scope: Scope,
  of: Kind<T>,
  ids: readonly string[] | undefined,
): Promise<T[]> {
  if (!ids?.length) return of.records.list(tx, scope);
  const found: T[] = [];
  for (const id of new Set(ids)) found.push(await find(tx, scope, of, id));
  return found;
}
