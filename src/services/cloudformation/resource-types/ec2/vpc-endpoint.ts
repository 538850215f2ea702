import { documentText, pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest } from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

const here = "endpoints lead to services of the region alone";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcendpoint.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCEndpoint",
  unsupported: {
    ResourceConfigurationArn: here,
    ServiceNetworkArn: here,
    ServiceRegion: here,
    DnsOptions: "endpoints' names are AWS's",
    IpAddressType: "there is no IPv6",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { PolicyDocument: policy } = properties;
    const { VpcEndpoint } = await clients.ec2.CreateVpcEndpoint({
      ClientToken: token,
      VpcId: properties["VpcId"],
      ServiceName: properties["ServiceName"],
      ...pick(
        properties,
        "VpcEndpointType",
        "PrivateDnsEnabled",
        "RouteTableIds",
        "SecurityGroupIds",
        "SubnetIds",
      ),
      ...(policy !== undefined && { PolicyDocument: documentText(policy) }),
      ...tagSpecifications(request, "vpc-endpoint"),
    });
    return VpcEndpoint!.VpcEndpointId!;
  },
  async stabilize(request) {
    // What the service's owner has to say is not waited for.
    const state = (await describe(request))?.State?.toLowerCase();
    return state === "available" || state === "pendingacceptance";
  },
  async update(request) {
    const { clients, properties, previous, physicalId } = request;
    const { PolicyDocument: policy } = properties;
    const lists = [
      ["RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"],
      ["SubnetIds", "AddSubnetIds", "RemoveSubnetIds"],
      ["SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"],
    ] as const;
    const changes: Record<string, string[]> = {};
    for (const [name, add, remove] of lists) {
      const before: string[] = previous[name] ?? [];
      const next: string[] = properties[name] ?? [];
      const added = next.filter((id) => !before.includes(id));
      const removed = before.filter((id) => !next.includes(id));
      if (added.length > 0) changes[add] = added;
      if (removed.length > 0) changes[remove] = removed;
    }
    await clients.ec2.ModifyVpcEndpoint({
      VpcEndpointId: physicalId,
      ...changes,
      ...pick(properties, "PrivateDnsEnabled"),
      ...(policy === undefined ? { ResetPolicy: true } : { PolicyDocument: documentText(policy) }),
    });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVpcEndpoints({ VpcEndpointIds: [physicalId] });
  },
  async attributes(request) {
    const endpoint = await describe(request);
    return {
      Id: request.physicalId,
      NetworkInterfaceIds: endpoint?.NetworkInterfaceIds ?? [],
      CreationTimestamp: endpoint?.CreationTimestamp?.toISOString(),
      DnsEntries: (endpoint?.DnsEntries ?? []).map(
        ({ HostedZoneId, DnsName }) => `${HostedZoneId}:${DnsName}`,
      ),
    };
  },
});

async function describe({ clients, physicalId }: ExistingRequest) {
  const { VpcEndpoints } = await clients.ec2.DescribeVpcEndpoints({ VpcEndpointIds: [physicalId] });
  return VpcEndpoints?.[0];
}
