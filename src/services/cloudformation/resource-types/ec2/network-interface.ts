import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type UpdateRequest } from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

const noSix = "prefixes are not delegated";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-networkinterface.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NetworkInterface",
  unsupported: {
    ConnectionTrackingSpecification: "connections are not tracked",
    EnablePrimaryIpv6: noSix,
    Ipv6PrefixCount: noSix,
    Ipv6Prefixes: noSix,
    Ipv4PrefixCount: "prefixes are not delegated",
    Ipv4Prefixes: "prefixes are not delegated",
    PublicIpDnsHostnameTypeSpecification: "host names are those of addresses",
  },
  async create(request) {
    const { clients, properties, token } = request;
    const { GroupSet } = properties;
    const { NetworkInterface } = await clients.ec2.CreateNetworkInterface({
      ClientToken: token,
      SubnetId: properties["SubnetId"],
      ...pick(
        properties,
        "Description",
        "InterfaceType",
        "PrivateIpAddress",
        "PrivateIpAddresses",
        "SecondaryPrivateIpAddressCount",
        "Ipv6AddressCount",
        "Ipv6Addresses",
      ),
      ...(GroupSet && { Groups: GroupSet }),
      ...tagSpecifications(request, "network-interface"),
    });
    return NetworkInterface!.NetworkInterfaceId!;
  },
  async configure({ clients, properties, physicalId }) {
    if (properties["SourceDestCheck"] === false)
      await clients.ec2.ModifyNetworkInterfaceAttribute({
        NetworkInterfaceId: physicalId,
        SourceDestCheck: { Value: false },
      });
  },
  async update(request) {
    await modify(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteNetworkInterface({ NetworkInterfaceId: physicalId });
  },
  async attributes(request) {
    const found = await describe(request);
    const addresses = found?.PrivateIpAddresses ?? [];
    return {
      Id: request.physicalId,
      VpcId: found?.VpcId,
      PrimaryPrivateIpAddress: found?.PrivateIpAddress,
      SecondaryPrivateIpAddresses: addresses
        .filter(({ Primary }) => !Primary)
        .map(({ PrivateIpAddress }) => PrivateIpAddress),
    };
  },
});

async function modify({ clients, properties, physicalId, changed }: UpdateRequest): Promise<void> {
  const NetworkInterfaceId = physicalId;
  const { ec2 } = clients;
  if (changed.includes("Description"))
    await ec2.ModifyNetworkInterfaceAttribute({
      NetworkInterfaceId,
      Description: { Value: properties["Description"] ?? "" },
    });
  if (changed.includes("GroupSet") && properties["GroupSet"])
    await ec2.ModifyNetworkInterfaceAttribute({
      NetworkInterfaceId,
      Groups: properties["GroupSet"],
    });
  if (changed.includes("SourceDestCheck"))
    await ec2.ModifyNetworkInterfaceAttribute({
      NetworkInterfaceId,
      SourceDestCheck: { Value: properties["SourceDestCheck"] ?? true },
    });
}

async function describe({ clients, physicalId }: ExistingRequest) {
  const { NetworkInterfaces } = await clients.ec2.DescribeNetworkInterfaces({
    NetworkInterfaceIds: [physicalId],
  });
  return NetworkInterfaces?.[0];
}
