/** VPC endpoints. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { dnsEntries } from "../endpoint-names.ts";
import { addInterface, addRoutes, removeInterfaces, removeRoutes } from "../endpoint-parts.ts";
import { checkGroups } from "../interfaces.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import {
  ownEndpointServices,
  serviceIdIn,
  serviceName as serviceNameOf,
} from "../own-endpoint-services.ts";
import { managedPrefixLists } from "../prefix-lists.ts";
import { interfaces, securityGroups, vpcEndpoints, type VpcEndpointRecord } from "../records.ts";
import { tagsShape } from "../shapes.ts";

/** https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy */
function openPolicy(type: VpcEndpointRecord["type"]): string {
  const Statement = [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }];
  return JSON.stringify(type === "Gateway" ? { Version: "2008-10-17", Statement } : { Statement });
}

function filtersIn({ region }: Ec2Context): FilterTable<VpcEndpointRecord> {
  return {
    "ip-address-type": () => "ipv4",
    "service-name": (endpoint) => endpoint.serviceName,
    "service-region": () => region,
    "vpc-id": (endpoint) => endpoint.vpcId,
    "vpc-endpoint-id": (endpoint) => endpoint.vpcEndpointId,
    "vpc-endpoint-state": (endpoint) => endpoint.state,
    "vpc-endpoint-type": (endpoint) => endpoint.type,
  };
}

function endpointShape(
  context: Ec2Context,
  endpoint: VpcEndpointRecord,
  names: Map<string, string>,
) {
  return {
    VpcEndpointId: endpoint.vpcEndpointId,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    // EC2 says "available", which the SDK's type spells with a capital.
    State: endpoint.state as "Available",
    PolicyDocument: endpoint.policyDocument,
    RouteTableIds: endpoint.routeTableIds,
    SubnetIds: endpoint.subnetIds,
    Groups: endpoint.groupIds.map((id) => ({ GroupId: id, GroupName: names.get(id) })),
    NetworkInterfaceIds: endpoint.networkInterfaceIds,
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    RequesterManaged: false,
    CreationTimestamp: dateOf(endpoint.createdMs),
    OwnerId: context.account,
    DnsEntries: endpoint.type === "Interface" ? dnsEntries(context, endpoint) : [],
    IpAddressType: "ipv4" as const,
    ...tagsShape(endpoint.tags),
  };
}

async function groupNames(tx: Transaction, context: Ec2Context) {
  const all = await securityGroups.list(tx, context);
  return new Map(all.map(({ groupId, groupName }) => [groupId, groupName]));
}

async function zonesOf(tx: Transaction, context: Ec2Context, subnetIds: readonly string[]) {
  const zones = new Set<string>();
  for (const id of subnetIds) zones.add((await find(tx, context, kinds.subnet, id)).zoneName);
  return [...zones];
}

const unknownService = (name: string) =>
  ec2Error("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);

/** A service of the account's own, if it is where the endpoint shall be. */
async function joinable(
  tx: Transaction,
  context: Ec2Context,
  id: string,
  zoneNames: readonly string[],
  wantsPrivateName = false,
) {
  const service = await ownEndpointServices.get(tx, context, id);
  const name = serviceNameOf(context.region, id);
  if (!service) throw unknownService(name);
  if (zoneNames.some((zone) => !service.zoneNames.includes(zone)))
    throw ec2Error(
      "InvalidParameter",
      `The VPC endpoint service ${name} does not support the availability zone of the subnet.`,
    );
  // A name is the service's once its owner has proved it, which nobody can here.
  if (wantsPrivateName)
    throw ec2Error(
      "InvalidParameter",
      `Private DNS can't be enabled because the service ${name} does not provide a private DNS name.`,
    );
  return service;
}

/** EC2 takes the type in any case. */
function typeOf(text: string | undefined): VpcEndpointRecord["type"] {
  const lower = (text ?? "gateway").toLowerCase();
  if (lower === "gateway") return "Gateway";
  if (lower === "interface") return "Interface";
  throw unsupportedParameter("VpcEndpointType");
}

const createVpcEndpoint: Ec2Operation<"CreateVpcEndpoint"> = async (input, context) => {
  for (const name of [
    "SubnetConfigurations",
    "ServiceNetworkArn",
    "ResourceConfigurationArn",
    "ServiceRegion",
    "DnsOptions",
  ] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const type = typeOf(input.VpcEndpointType);
  if (input.IpAddressType !== undefined && input.IpAddressType !== "ipv4")
    throw unsupportedParameter("IpAddressType");
  const serviceName = input.ServiceName ?? "";
  const serviceId = serviceIdIn(context.region, serviceName);
  const prefix = `com.amazonaws.${context.region}.`;
  const isGateway = managedPrefixLists(context.region).some(({ name }) => name === serviceName);
  const isKnown = serviceId !== undefined || serviceName.startsWith(prefix);
  if (!isKnown || (type === "Gateway" && !isGateway)) throw unknownService(serviceName);
  const { ClientToken: token, ...parameters } = input;
  const shape = await inNetwork(context, async (tx) => {
    const names = await groupNames(tx, context);
    const earlier = await findByToken(
      tx,
      context,
      "CreateVpcEndpoint",
      token,
      parameters,
      tokenLifeMs,
    );
    if (earlier)
      return endpointShape(context, await find(tx, context, kinds.vpcEndpoint, earlier), names);
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    const subnetIds = input.SubnetIds ?? [];
    const zoneNames = await zonesOf(tx, context, subnetIds);
    const service =
      serviceId === undefined
        ? undefined
        : await joinable(tx, context, serviceId, zoneNames, input.PrivateDnsEnabled);
    const endpoint: VpcEndpointRecord = {
      vpcEndpointId: newId(context.random, "vpce"),
      vpcId,
      type,
      serviceName,
      state: service?.acceptanceRequired ? "pendingAcceptance" : "available",
      createdMs: context.clock.now(),
      policyDocument: input.PolicyDocument ?? openPolicy(type),
      routeTableIds: type === "Gateway" ? (input.RouteTableIds ?? []) : [],
      subnetIds,
      groupIds:
        type === "Interface"
          ? await checkGroups(tx, context, input.SecurityGroupIds ?? [], {
              subnetId: subnetIds[0] ?? "",
              vpcId,
            })
          : [],
      networkInterfaceIds: [],
      zoneNames,
      privateDnsEnabled: type === "Interface" && !service && (input.PrivateDnsEnabled ?? true),
      tags: tagsFor("vpc-endpoint", input.TagSpecifications, context.principal),
    };
    await addRoutes(tx, context, endpoint, endpoint.routeTableIds);
    if (type === "Interface" && endpoint.state === "available")
      for (const id of subnetIds)
        endpoint.networkInterfaceIds.push(await addInterface(tx, context, endpoint, id));
    vpcEndpoints.put(tx, context, [endpoint.vpcEndpointId], endpoint);
    await rememberTokenForADay(
      tx,
      context,
      "CreateVpcEndpoint",
      token,
      parameters,
      endpoint.vpcEndpointId,
    );
    return endpointShape(context, endpoint, names);
  });
  return { VpcEndpoint: shape, ClientToken: token };
};

const describeVpcEndpoints: Ec2Operation<"DescribeVpcEndpoints"> = async (input, context) => {
  const { all, names } = await inNetwork(context, async (tx) => ({
    all: await select(tx, context, kinds.vpcEndpoint, input.VpcEndpointIds),
    names: await groupNames(tx, context),
  }));
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ vpcEndpointId }) => vpcEndpointId);
  return { VpcEndpoints: items.map((one) => endpointShape(context, one, names)), NextToken };
};

const modifyVpcEndpoint: Ec2Operation<"ModifyVpcEndpoint"> = async (input, context) => {
  for (const name of ["IpAddressType", "DnsOptions", "SubnetConfigurations"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const changed = (own: readonly string[], added: string[] = [], removed: string[] = []) => [
    ...new Set([...own.filter((id) => !removed.includes(id)), ...added]),
  ];
  await inNetwork(context, async (tx) => {
    const endpoint = await find(tx, context, kinds.vpcEndpoint, input.VpcEndpointId!);
    await removeRoutes(tx, context, endpoint, input.RemoveRouteTableIds ?? []);
    const newTables = new Set(input.AddRouteTableIds).difference(new Set(endpoint.routeTableIds));
    await addRoutes(tx, context, endpoint, [...newTables]);
    const { AddSecurityGroupIds: addGroups, RemoveSecurityGroupIds: removeGroups } = input;
    const groupIds = changed(endpoint.groupIds, addGroups, removeGroups);
    const networkInterfaceIds: string[] = [];
    for (const id of endpoint.networkInterfaceIds) {
      const eni = await find(tx, context, kinds.networkInterface, id);
      if (input.RemoveSubnetIds?.includes(eni.subnetId)) await removeInterfaces(tx, context, [id]);
      else {
        const groups = await checkGroups(tx, context, groupIds, eni);
        interfaces.put(tx, context, [id], { ...eni, groups });
        networkInterfaceIds.push(id);
      }
    }
    for (const id of input.AddSubnetIds ?? [])
      if (!endpoint.subnetIds.includes(id) && endpoint.state === "available")
        networkInterfaceIds.push(await addInterface(tx, context, { ...endpoint, groupIds }, id));
    const subnetIds = changed(endpoint.subnetIds, input.AddSubnetIds, input.RemoveSubnetIds);
    vpcEndpoints.put(tx, context, [endpoint.vpcEndpointId], {
      ...endpoint,
      zoneNames: await zonesOf(tx, context, subnetIds),
      groupIds,
      networkInterfaceIds,
      policyDocument: input.ResetPolicy
        ? openPolicy(endpoint.type)
        : (input.PolicyDocument ?? endpoint.policyDocument),
      privateDnsEnabled: input.PrivateDnsEnabled ?? endpoint.privateDnsEnabled,
      routeTableIds: changed(
        endpoint.routeTableIds,
        input.AddRouteTableIds,
        input.RemoveRouteTableIds,
      ),
      subnetIds,
    });
  });
  return { Return: true };
};

const deleteVpcEndpoints: Ec2Operation<"DeleteVpcEndpoints"> = async (input, context) => {
  const unsuccessful = await inNetwork(context, async (tx) => {
    const missing: string[] = [];
    for (const id of input.VpcEndpointIds!) {
      const endpoint = await vpcEndpoints.get(tx, context, id);
      if (!endpoint) {
        missing.push(id);
        continue;
      }
      await removeRoutes(tx, context, endpoint, endpoint.routeTableIds);
      await removeInterfaces(tx, context, endpoint.networkInterfaceIds);
      vpcEndpoints.delete(tx, context, id);
    }
    return missing;
  });
  return {
    Unsuccessful: unsuccessful.map((id) => {
      const { code: Code, message: Message } = kinds.vpcEndpoint.notFound(id);
      return { ResourceId: id, Error: { Code, Message } };
    }),
  };
};

export const vpcEndpointOperations: Ec2Operations = {
  CreateVpcEndpoint: createVpcEndpoint,
  DescribeVpcEndpoints: describeVpcEndpoints,
  ModifyVpcEndpoint: modifyVpcEndpoint,
  DeleteVpcEndpoints: deleteVpcEndpoints,
};
