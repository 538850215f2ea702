import { isDeepStrictEqual } from "node:util";
import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type UpdateRequest } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

const noSix = "IPv6 blocks are Amazon's";
const noPools = "there is no address manager";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnet.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::Subnet",
  unsupported: {
    EnableLniAtDeviceIndex: "there are no outposts",
    OutpostArn: "there are no outposts",
    Ipv4IpamPoolId: noPools,
    Ipv4NetmaskLength: noPools,
    Ipv6IpamPoolId: noSix,
    Ipv6NetmaskLength: noSix,
  },
  async create(request) {
    const { clients, properties } = request;
    const { Subnet } = await clients.ec2.CreateSubnet({
      VpcId: properties["VpcId"],
      ...pick(
        properties,
        "AvailabilityZone",
        "AvailabilityZoneId",
        "CidrBlock",
        "Ipv6CidrBlock",
        "Ipv6Native",
      ),
      ...tagSpecifications(request, "subnet"),
    });
    return Subnet!.SubnetId!;
  },
  find: (request) => findTagged(request, "subnet"),
  configure: applyAttributes,
  async stabilize({ clients, physicalId }) {
    const { Subnets } = await clients.ec2.DescribeSubnets({ SubnetIds: [physicalId] });
    return Subnets?.[0]?.State === "available";
  },
  async update(request) {
    await applyAttributes(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteSubnet({ SubnetId: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { Subnets } = await clients.ec2.DescribeSubnets({ SubnetIds: [physicalId] });
    const { NetworkAcls = [] } = await clients.ec2.DescribeNetworkAcls({
      Filters: [{ Name: "association.subnet-id", Values: [physicalId] }],
    });
    const association = NetworkAcls[0]?.Associations?.find(
      ({ SubnetId }) => SubnetId === physicalId,
    );
    const subnet = Subnets![0]!;
    return {
      SubnetId: physicalId,
      AvailabilityZone: subnet.AvailabilityZone,
      AvailabilityZoneId: subnet.AvailabilityZoneId,
      CidrBlock: subnet.CidrBlock,
      VpcId: subnet.VpcId,
      NetworkAclAssociationId: association?.NetworkAclAssociationId,
      Ipv6CidrBlocks: (subnet.Ipv6CidrBlockAssociationSet ?? []).map((one) => one.Ipv6CidrBlock),
    };
  },
});

async function applyAttributes(request: ExistingRequest | UpdateRequest): Promise<void> {
  const { clients, physicalId: SubnetId, properties } = request;
  const before = "previous" in request ? request.previous : {};
  const { MapPublicIpOnLaunch: map, AssignIpv6AddressOnCreation: six } = properties;
  const { EnableDns64: dns64 } = properties;
  if (dns64 !== before["EnableDns64"])
    await clients.ec2.ModifySubnetAttribute({ SubnetId, EnableDns64: { Value: dns64 ?? false } });
  if (map !== before["MapPublicIpOnLaunch"])
    await clients.ec2.ModifySubnetAttribute({
      SubnetId,
      MapPublicIpOnLaunch: { Value: map ?? false },
    });
  if (six !== before["AssignIpv6AddressOnCreation"])
    await clients.ec2.ModifySubnetAttribute({
      SubnetId,
      AssignIpv6AddressOnCreation: { Value: six ?? false },
    });
  const names = properties["PrivateDnsNameOptionsOnLaunch"];
  if (!isDeepStrictEqual(names, before["PrivateDnsNameOptionsOnLaunch"]))
    await clients.ec2.ModifySubnetAttribute({
      SubnetId,
      PrivateDnsHostnameTypeOnLaunch:
        names?.HostnameType ?? (properties["Ipv6Native"] ? "resource-name" : "ip-name"),
      EnableResourceNameDnsARecordOnLaunch: { Value: names?.EnableResourceNameDnsARecord ?? false },
      EnableResourceNameDnsAAAARecordOnLaunch: {
        Value: names?.EnableResourceNameDnsAAAARecord ?? false,
      },
    });
}
