import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcdhcpoptionsassociation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCDHCPOptionsAssociation",
  async create({ clients, properties }) {
    const { DhcpOptionsId, VpcId } = properties;
    await clients.ec2.AssociateDhcpOptions({ DhcpOptionsId, VpcId });
    return `${DhcpOptionsId}|${VpcId}`;
  },
  async delete({ clients, properties }) {
    const { DhcpOptionsId, VpcId } = properties;
    const { Vpcs } = await clients.ec2.DescribeVpcs({ VpcIds: [VpcId] });
    if (Vpcs?.[0]?.DhcpOptionsId !== DhcpOptionsId) return;
    await clients.ec2.AssociateDhcpOptions({ DhcpOptionsId: "default", VpcId });
  },
});
