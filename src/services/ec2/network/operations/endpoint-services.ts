/** Services that endpoints may lead to. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { endpointServices, type EndpointService } from "../endpoint-services.ts";

const filters: FilterTable<EndpointService> = {
  owner: () => "amazon",
  "service-name": ({ name }) => name,
  "service-type": ({ type }) => type,
  "service-region": ({ name }) => name.split(".")[2],
  "supported-ip-address-types": () => "ipv4",
};

const describe: Ec2Operation<"DescribeVpcEndpointServices"> = async (input, { region }) => {
  const all = endpointServices(region);
  const names = input.ServiceNames;
  for (const name of names ?? [])
    if (!all.some((one) => one.name === name))
      throw ec2Error("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const named = names?.length ? all.filter((one) => names.includes(one.name)) : all;
  const found = applyFilters(named, input.Filters, filters, () => ({}));
  const { items, NextToken } = pageOf(found, input, ({ name, type }) => `${name} ${type}`, {
    least: 1,
  });
  return {
    ServiceNames: [...new Set(items.map(({ name }) => name))],
    ServiceDetails: items.map((one) => ({
      ServiceName: one.name,
      ServiceId: one.id,
      ServiceType: [{ ServiceType: one.type }],
      ServiceRegion: region,
      AvailabilityZones: one.zones,
      Owner: "amazon",
      BaseEndpointDnsNames: [`${one.name.split(".")[3]!}.${region}.vpce.amazonaws.com`],
      PrivateDnsName: one.privateDnsName,
      ...(one.privateDnsName !== undefined && {
        PrivateDnsNames: [{ PrivateDnsName: one.privateDnsName }],
        PrivateDnsNameVerificationState: "verified" as const,
      }),
      VpcEndpointPolicySupported: true,
      AcceptanceRequired: false,
      ManagesVpcEndpoints: false,
      SupportedIpAddressTypes: ["ipv4" as const],
      Tags: [],
    })),
    NextToken,
  };
};

export const endpointServiceOperations: Ec2Operations = {
  DescribeVpcEndpointServices: describe,
};
