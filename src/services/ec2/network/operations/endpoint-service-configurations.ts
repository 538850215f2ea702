/** Endpoint services of one's own. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpointServiceConfiguration.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import {
  findBalancers,
  ownEndpointServices,
  serviceName,
  serviceShape,
  type OwnEndpointServiceRecord,
} from "../own-endpoint-services.ts";
import { endpointsOf } from "./endpoint-connections.ts";

function filtersIn({ region }: Ec2Context): FilterTable<OwnEndpointServiceRecord> {
  return {
    "service-name": ({ serviceId }) => serviceName(region, serviceId),
    "service-id": ({ serviceId }) => serviceId,
    "service-state": () => "Available",
    "supported-ip-address-types": () => "ipv4",
  };
}

function refuseOthers(input: {
  GatewayLoadBalancerArns?: string[] | undefined;
  AddGatewayLoadBalancerArns?: string[] | undefined;
  SupportedRegions?: string[] | undefined;
  AddSupportedRegions?: string[] | undefined;
  SupportedIpAddressTypes?: string[] | undefined;
  AddSupportedIpAddressTypes?: string[] | undefined;
}): void {
  for (const name of ["GatewayLoadBalancerArns", "AddGatewayLoadBalancerArns"] as const)
    if (input[name]?.length)
      throw unsupportedParameter(name, "There are no Gateway Load Balancers.");
  for (const name of ["SupportedRegions", "AddSupportedRegions"] as const)
    if (input[name]?.length) throw unsupportedParameter(name);
  for (const name of ["SupportedIpAddressTypes", "AddSupportedIpAddressTypes"] as const)
    if (input[name]?.some((one) => one !== "ipv4")) throw unsupportedParameter(name);
}

/** A private name and the TXT record that would prove it. https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html */
function privateName({ random }: Ec2Context, name: string | undefined) {
  if (name === undefined) return {};
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const proof = {
    name: `_${random.string(20, alphabet)}`,
    value: `vpce:${random.string(20, alphabet)}`,
  };
  return { privateDnsName: name, proof };
}

const create: Ec2Operation<"CreateVpcEndpointServiceConfiguration"> = async (input, context) => {
  const { NetworkLoadBalancerArns: arns = [], GatewayLoadBalancerArns: gateways = [] } = input;
  if (arns.length > 0 === gateways.length > 0)
    throw ec2Error(
      "InvalidParameter",
      "exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member",
    );
  refuseOthers(input);
  const balancers = await findBalancers(context, context, arns);
  const { ClientToken: token, ...parameters } = input;
  const operation = "CreateVpcEndpointServiceConfiguration";
  const record = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(tx, context, operation, token, parameters, tokenLifeMs);
    if (earlier) return find(tx, context, kinds.endpointService, earlier);
    const made: OwnEndpointServiceRecord = {
      serviceId: newId(context.random, "vpce-svc"),
      loadBalancerArns: balancers.map(({ arn }) => arn),
      zoneNames: [...new Set(balancers.flatMap(({ zoneNames }) => zoneNames))],
      acceptanceRequired: input.AcceptanceRequired ?? true,
      ...privateName(context, input.PrivateDnsName),
      permissions: [],
      tags: tagsFor("vpc-endpoint-service", input.TagSpecifications, context.principal),
    };
    ownEndpointServices.put(tx, context, [made.serviceId], made);
    await rememberTokenForADay(tx, context, operation, token, parameters, made.serviceId);
    return made;
  });
  return { ServiceConfiguration: serviceShape(context.region, record), ClientToken: token };
};

const describe: Ec2Operation<"DescribeVpcEndpointServiceConfigurations"> = async (
  input,
  context,
) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.endpointService, input.ServiceIds),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ serviceId }) => serviceId);
  return {
    ServiceConfigurations: items.map((one) => serviceShape(context.region, one)),
    NextToken,
  };
};

const modify: Ec2Operation<"ModifyVpcEndpointServiceConfiguration"> = async (input, context) => {
  refuseOthers(input);
  const { AddNetworkLoadBalancerArns: added, RemoveNetworkLoadBalancerArns: removed = [] } = input;
  const own = await inNetwork(context, (tx) =>
    find(tx, context, kinds.endpointService, input.ServiceId!),
  );
  const kept = own.loadBalancerArns.filter((arn) => !removed.includes(arn));
  const changes = added?.length || removed.length > 0;
  const balancers = changes
    ? await findBalancers(context, context, [...kept, ...(added ?? [])])
    : undefined;
  if (balancers?.length === 0)
    throw ec2Error("InvalidParameter", "An endpoint service must have at least one load balancer.");
  await inNetwork(context, async (tx) => {
    const { privateDnsName, proof, ...rest } = await find(
      tx,
      context,
      kinds.endpointService,
      own.serviceId,
    );
    const name =
      input.PrivateDnsName !== undefined && input.PrivateDnsName !== privateDnsName
        ? privateName(context, input.PrivateDnsName)
        : privateDnsName !== undefined && proof && { privateDnsName, proof };
    ownEndpointServices.put(tx, context, [rest.serviceId], {
      ...rest,
      ...(!input.RemovePrivateDnsName && name),
      acceptanceRequired: input.AcceptanceRequired ?? rest.acceptanceRequired,
      ...(balancers && {
        loadBalancerArns: balancers.map(({ arn }) => arn),
        zoneNames: [...new Set(balancers.flatMap(({ zoneNames }) => zoneNames))],
      }),
    });
  });
  return { Return: true };
};

const remove: Ec2Operation<"DeleteVpcEndpointServiceConfigurations"> = async (input, context) => {
  const failed = await inNetwork(context, async (tx) => {
    const errors: { ResourceId: string; Error: { Code: string; Message: string } }[] = [];
    for (const id of input.ServiceIds!) {
      if (!(await ownEndpointServices.get(tx, context, id)))
        errors.push(
          problem(
            id,
            "InvalidVpcEndpointService.NotFound",
            `The VpcEndpointService Id '${id}' does not exist`,
          ),
        );
      else if ((await endpointsOf(tx, context, id)).some(({ state }) => state !== "rejected"))
        errors.push(
          problem(
            id,
            "ExistingVpcEndpointConnections",
            `Service ${id} has existing active VPC Endpoint connections!`,
          ),
        );
      else ownEndpointServices.delete(tx, context, id);
    }
    return errors;
  });
  return { Unsuccessful: failed };
};

const problem = (ResourceId: string, Code: string, Message: string) => ({
  ResourceId,
  Error: { Code, Message },
});

export const endpointServiceConfigurationOperations: Ec2Operations = {
  CreateVpcEndpointServiceConfiguration: create,
  DescribeVpcEndpointServiceConfigurations: describe,
  ModifyVpcEndpointServiceConfiguration: modify,
  DeleteVpcEndpointServiceConfigurations: remove,
};
