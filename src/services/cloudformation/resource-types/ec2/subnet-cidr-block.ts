import { defineResourceType } from "../resource-type.ts";

const noPools = "there is no address manager";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnetcidrblock.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SubnetCidrBlock",
  unsupported: { Ipv6IpamPoolId: noPools, Ipv6NetmaskLength: noPools },
  async create({ clients, properties }) {
    const { Ipv6CidrBlockAssociation } = await clients.ec2.AssociateSubnetCidrBlock({
      SubnetId: properties["SubnetId"],
      Ipv6CidrBlock: properties["Ipv6CidrBlock"],
    });
    return Ipv6CidrBlockAssociation!.AssociationId!;
  },
  async find({ clients, properties }) {
    const { Subnets } = await clients.ec2.DescribeSubnets({ SubnetIds: [properties["SubnetId"]] });
    const own = Subnets?.[0]?.Ipv6CidrBlockAssociationSet?.find(
      ({ Ipv6CidrBlock }) => Ipv6CidrBlock === properties["Ipv6CidrBlock"],
    );
    return own?.AssociationId;
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DisassociateSubnetCidrBlock({ AssociationId: physicalId });
  },
  attributes: async ({ physicalId }) => ({
    Id: physicalId,
    IpSource: "amazon",
    Ipv6AddressAttribute: "public",
  }),
});
