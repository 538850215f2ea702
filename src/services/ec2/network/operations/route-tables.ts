/** Route tables. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html */
import { tagsFromList } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { hasDependencies } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { routeTables, type RouteTableRecord } from "../records.ts";
import { routeShape } from "../routes.ts";
import { tagListShape } from "../shapes.ts";

type RouteTableShape = Awaited<ReturnType<typeof tableShape>>;

async function tableShape(tx: Transaction, context: Ec2Context, table: RouteTableRecord) {
  const routes = [];
  for (const route of table.routes) routes.push(await routeShape(tx, context, table.vpcId, route));
  return {
    RouteTableId: table.routeTableId,
    VpcId: table.vpcId,
    OwnerId: context.account,
    Routes: routes,
    Associations: table.associations.map((one) => ({
      RouteTableAssociationId: one.associationId,
      RouteTableId: table.routeTableId,
      Main: one.main,
      SubnetId: one.subnetId,
      GatewayId: one.gatewayId,
      AssociationState: { State: "associated" as const },
    })),
    PropagatingVgws: (table.propagatingGatewayIds ?? []).map((GatewayId) => ({ GatewayId })),
    ...tagListShape(table.tags),
  };
}

const filters: FilterTable<RouteTableShape> = {
  "association.gateway-id": (table) => table.Associations.map((one) => one.GatewayId),
  "association.route-table-association-id": (table) =>
    table.Associations.map((one) => one.RouteTableAssociationId),
  "association.route-table-id": (table) => table.Associations.map((one) => one.RouteTableId),
  "association.subnet-id": (table) => table.Associations.map((one) => one.SubnetId),
  "association.main": (table) => table.Associations.map((one) => one.Main),
  "owner-id": (table) => table.OwnerId,
  "route-table-id": (table) => table.RouteTableId,
  "route.destination-cidr-block": (table) =>
    table.Routes.map((route) => "DestinationCidrBlock" in route && route.DestinationCidrBlock),
  "route.destination-ipv6-cidr-block": (table) =>
    table.Routes.map(
      (route) => "DestinationIpv6CidrBlock" in route && route.DestinationIpv6CidrBlock,
    ),
  "route.destination-prefix-list-id": (table) =>
    table.Routes.map(
      (route) => "DestinationPrefixListId" in route && route.DestinationPrefixListId,
    ),
  "route.egress-only-internet-gateway-id": (table) =>
    table.Routes.map((route) => route.EgressOnlyInternetGatewayId),
  "route.gateway-id": (table) => table.Routes.map((route) => route.GatewayId),
  "route.instance-id": (table) => table.Routes.map((route) => route.InstanceId),
  "route.nat-gateway-id": (table) => table.Routes.map((route) => route.NatGatewayId),
  "route.transit-gateway-id": () => undefined,
  "route.origin": (table) => table.Routes.map((route) => route.Origin),
  "route.state": (table) => table.Routes.map((route) => route.State),
  "route.vpc-peering-connection-id": (table) =>
    table.Routes.map((route) => route.VpcPeeringConnectionId),
  "vpc-id": (table) => table.VpcId,
};

const createRouteTable: Ec2Operation<"CreateRouteTable"> = async (input, context) => {
  const shape = await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    const table: RouteTableRecord = {
      routeTableId: newId(context.random, "rtb"),
      vpcId: vpc.vpcId,
      routes: [...vpc.cidrs, ...(vpc.ipv6Cidrs ?? [])].map(({ cidr }) => ({
        destination: cidr,
        gatewayId: "local",
        origin: "CreateRouteTable",
      })),
      associations: [],
      tags: tagsFor("route-table", input.TagSpecifications, context.principal),
    };
    routeTables.put(tx, context, [table.routeTableId], table);
    return tableShape(tx, context, table);
  });
  return { RouteTable: shape };
};

const describeRouteTables: Ec2Operation<"DescribeRouteTables"> = async (input, context) => {
  const shapes = await inNetwork(context, async (tx) => {
    const found = [];
    for (const table of await select(tx, context, kinds.routeTable, input.RouteTableIds))
      found.push(await tableShape(tx, context, table));
    return found;
  });
  const found = applyFilters(shapes, input.Filters, filters, ({ Tags }) => tagsFromList(Tags));
  const { items, NextToken } = pageOf(found, input, (table) => table.RouteTableId);
  return { RouteTables: items, NextToken };
};

const deleteRouteTable: Ec2Operation<"DeleteRouteTable"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    if (table.associations.length > 0) throw hasDependencies("routeTable", table.routeTableId);
    routeTables.delete(tx, context, table.routeTableId);
  });
  return {};
};

export const routeTableOperations: Ec2Operations = {
  CreateRouteTable: createRouteTable,
  DescribeRouteTables: describeRouteTables,
  DeleteRouteTable: deleteRouteTable,
};
