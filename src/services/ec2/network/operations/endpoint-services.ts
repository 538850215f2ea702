/** Services that endpoints may lead to. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { endpointServices, type EndpointService } from "../endpoint-services.ts";
import { inNetwork } from "../in-network.ts";
import { ownEndpointServices, serviceName } from "../own-endpoint-services.ts";
import { tagListShape } from "../shapes.ts";

const filters: FilterTable<EndpointService> = {
  owner: ({ owner }) => owner,
  "service-name": ({ name }) => name,
  "service-type": ({ type }) => type,
  "service-region": ({ region }) => region,
  "supported-ip-address-types": () => "ipv4",
};

/** AWS's services and the account's own. */
async function visibleServices(context: Ec2Context): Promise<EndpointService[]> {
  const { account, region } = context;
  const own = await inNetwork(context, (tx) => ownEndpointServices.list(tx, context));
  return [
    ...endpointServices(region),
    ...own.map((one) => ({
      name: serviceName(region, one.serviceId),
      id: one.serviceId,
      type: "Interface" as const,
      owner: account,
      region,
      baseName: `${one.serviceId}.${region}.vpce.amazonaws.com`,
      privateDnsName: undefined,
      zones: one.zoneNames,
      acceptanceRequired: one.acceptanceRequired,
      takesPolicies: false,
      tags: one.tags,
    })),
  ];
}

const describe: Ec2Operation<"DescribeVpcEndpointServices"> = async (input, context) => {
  const all = await visibleServices(context);
  const names = input.ServiceNames;
  for (const name of names ?? [])
    if (!all.some((one) => one.name === name))
      throw ec2Error("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const named = names?.length ? all.filter((one) => names.includes(one.name)) : all;
  const found = applyFilters(named, input.Filters, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ name, type }) => `${name} ${type}`, {
    least: 1,
  });
  return {
    ServiceNames: [...new Set(items.map(({ name }) => name))],
    ServiceDetails: items.map((one) => ({
      ServiceName: one.name,
      ServiceId: one.id,
      ServiceType: [{ ServiceType: one.type }],
      ServiceRegion: one.region,
      AvailabilityZones: one.zones,
      Owner: one.owner,
      BaseEndpointDnsNames: [one.baseName],
      PrivateDnsName: one.privateDnsName,
      ...(one.privateDnsName !== undefined && {
        PrivateDnsNames: [{ PrivateDnsName: one.privateDnsName }],
        PrivateDnsNameVerificationState: "verified" as const,
      }),
      VpcEndpointPolicySupported: one.takesPolicies,
      AcceptanceRequired: one.acceptanceRequired,
      ManagesVpcEndpoints: false,
      SupportedIpAddressTypes: ["ipv4" as const],
      ...tagListShape(one.tags),
    })),
    NextToken,
  };
};

export const endpointServiceOperations: Ec2Operations = {
  DescribeVpcEndpointServices: describe,
};
