import { pick } from "../properties.ts";
import { defineResourceType, ResourceFailure } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcendpointservice.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCEndpointService",
  unsupported: {
    ContributorInsightsEnabled: "no rule of Contributor Insights looks at endpoints",
    GatewayLoadBalancerArns: "there are no Gateway Load Balancers",
    PayerResponsibility: "nobody pays for endpoints here",
    SupportedIpAddressTypes: "endpoints are of IPv4",
    SupportedRegions: "a service is offered in its own region",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { ServiceConfiguration } = await clients.ec2.CreateVpcEndpointServiceConfiguration({
      ClientToken: token,
      ...pick(properties, "AcceptanceRequired", "NetworkLoadBalancerArns"),
      ...tagSpecifications(request, "vpc-endpoint-service"),
    });
    return ServiceConfiguration!.ServiceId!;
  },
  find: (request) => findTagged(request, "vpc-endpoint-service"),
  async update(request) {
    const { clients, properties, previous, physicalId: ServiceId } = request;
    const before: string[] = previous["NetworkLoadBalancerArns"] ?? [];
    const next: string[] = properties["NetworkLoadBalancerArns"] ?? [];
    await clients.ec2.ModifyVpcEndpointServiceConfiguration({
      ServiceId,
      AcceptanceRequired: properties["AcceptanceRequired"] ?? true,
      AddNetworkLoadBalancerArns: next.filter((arn) => !before.includes(arn)),
      RemoveNetworkLoadBalancerArns: before.filter((arn) => !next.includes(arn)),
    });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    const { Unsuccessful } = await clients.ec2.DeleteVpcEndpointServiceConfigurations({
      ServiceIds: [physicalId],
    });
    const failure = Unsuccessful?.[0]?.Error;
    if (failure?.Code === "ExistingVpcEndpointConnections")
      throw new ResourceFailure(failure.Message ?? "");
  },
  attributes: async ({ physicalId }) => ({ ServiceId: physicalId }),
});
