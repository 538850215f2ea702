/** Endpoints as the owner of their service sees them. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcEndpointConnections.html */
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { dnsEntries } from "../endpoint-names.ts";
import { addInterface, removeInterfaces } from "../endpoint-parts.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { ownEndpointServices, serviceIdIn } from "../own-endpoint-services.ts";
import { vpcEndpoints, type VpcEndpointRecord } from "../records.ts";

export async function endpointsOf(
  tx: Transaction,
  scope: Scope,
  serviceId: string,
): Promise<VpcEndpointRecord[]> {
  const all = await vpcEndpoints.list(tx, scope);
  return all.filter((one) => serviceIdIn(scope.region, one.serviceName) === serviceId);
}

function filtersIn({ account, region }: Ec2Context): FilterTable<VpcEndpointRecord> {
  return {
    "ip-address-type": () => "ipv4",
    "service-id": (one) => serviceIdIn(region, one.serviceName),
    "vpc-endpoint-id": (one) => one.vpcEndpointId,
    "vpc-endpoint-owner": () => account,
    "vpc-endpoint-region": () => region,
    "vpc-endpoint-state": (one) => one.state,
  };
}

const describe: Ec2Operation<"DescribeVpcEndpointConnections"> = async (input, context) => {
  const { services, endpoints } = await inNetwork(context, async (tx) => ({
    services: await ownEndpointServices.list(tx, context),
    endpoints: await vpcEndpoints.list(tx, context),
  }));
  const arns = new Map(services.map((one) => [one.serviceId, one.loadBalancerArns]));
  const connected = endpoints.filter((one) =>
    arns.has(serviceIdIn(context.region, one.serviceName) ?? ""),
  );
  const found = applyFilters(connected, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ vpcEndpointId }) => vpcEndpointId);
  return {
    VpcEndpointConnections: items.map((one) => {
      const serviceId = serviceIdIn(context.region, one.serviceName)!;
      return {
        ServiceId: serviceId,
        VpcEndpointId: one.vpcEndpointId,
        VpcEndpointOwner: context.account,
        VpcEndpointRegion: context.region,
        VpcEndpointState: one.state as "Available",
        CreationTimestamp: dateOf(one.createdMs),
        DnsEntries: dnsEntries(context, one),
        NetworkLoadBalancerArns: arns.get(serviceId),
        IpAddressType: "ipv4" as const,
      };
    }),
    NextToken,
  };
};

/** Decides on endpoints, each by itself; those that are not there are told as unsuccessful. */
async function decide(
  context: Ec2Context,
  { ServiceId, VpcEndpointIds }: { ServiceId?: string; VpcEndpointIds?: string[] },
  become: (tx: Transaction, endpoint: VpcEndpointRecord) => Promise<VpcEndpointRecord>,
) {
  const failed = await inNetwork(context, async (tx) => {
    const { serviceId } = await find(tx, context, kinds.endpointService, ServiceId!);
    const own = await endpointsOf(tx, context, serviceId);
    const missing: string[] = [];
    for (const id of new Set(VpcEndpointIds)) {
      const endpoint = own.find((one) => one.vpcEndpointId === id);
      if (endpoint) vpcEndpoints.put(tx, context, [id], await become(tx, endpoint));
      else missing.push(id);
    }
    return missing;
  });
  return {
    Unsuccessful: failed.map((id) => {
      const { code: Code, message: Message } = kinds.vpcEndpoint.notFound(id);
      return { ResourceId: id, Error: { Code, Message } };
    }),
  };
}

const accept: Ec2Operation<"AcceptVpcEndpointConnections"> = async (input, context) =>
  decide(context, input, async (tx, endpoint) => {
    if (endpoint.state === "available") return endpoint;
    if (endpoint.state !== "pendingAcceptance")
      throw ec2Error(
        "InvalidState",
        `Endpoint must be in pendingAcceptance state to be accepted (id: ${endpoint.vpcEndpointId}, state: ${endpoint.state}).`,
      );
    const networkInterfaceIds: string[] = [];
    for (const id of endpoint.subnetIds)
      networkInterfaceIds.push(await addInterface(tx, context, endpoint, id));
    return { ...endpoint, state: "available", networkInterfaceIds };
  });

const reject: Ec2Operation<"RejectVpcEndpointConnections"> = async (input, context) =>
  decide(context, input, async (tx, endpoint) => {
    await removeInterfaces(tx, context, endpoint.networkInterfaceIds);
    return { ...endpoint, state: "rejected", networkInterfaceIds: [] };
  });

export const endpointConnectionOperations: Ec2Operations = {
  DescribeVpcEndpointConnections: describe,
  AcceptVpcEndpointConnections: accept,
  RejectVpcEndpointConnections: reject,
};
