import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

const noSix = "IPv6 blocks are Amazon's";
const noPools = "there is no address manager";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpccidrblock.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCCidrBlock",
  unsupported: {
    Ipv6CidrBlock: noSix,
    Ipv6CidrBlockNetworkBorderGroup: noSix,
    Ipv6Pool: noSix,
    Ipv6IpamPoolId: noSix,
    Ipv6NetmaskLength: noSix,
    Ipv4IpamPoolId: noPools,
    Ipv4NetmaskLength: noPools,
  },
  async create({ clients, properties }) {
    const answer = await clients.ec2.AssociateVpcCidrBlock({
      VpcId: properties["VpcId"],
      ...pick(properties, "CidrBlock", "AmazonProvidedIpv6CidrBlock"),
    });
    return (answer.CidrBlockAssociation ?? answer.Ipv6CidrBlockAssociation)!.AssociationId!;
  },
  async find({ clients, properties }) {
    const { Vpcs } = await clients.ec2.DescribeVpcs({ VpcIds: [properties["VpcId"]] });
    if (properties["AmazonProvidedIpv6CidrBlock"])
      return Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.[0]?.AssociationId;
    const own = Vpcs?.[0]?.CidrBlockAssociationSet?.find(
      ({ CidrBlock, CidrBlockState }) =>
        CidrBlock === properties["CidrBlock"] && CidrBlockState?.State === "associated",
    );
    return own?.AssociationId;
  },
  /** Fn::GetAtt of the VPC has its blocks. */
  touches: (properties) => [properties["VpcId"]],
  async delete({ clients, physicalId }) {
    await clients.ec2.DisassociateVpcCidrBlock({ AssociationId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
