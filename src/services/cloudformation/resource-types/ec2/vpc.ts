import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type UpdateRequest } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpc.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPC",
  unsupported: {
    Ipv4IpamPoolId: "there is no address manager",
    Ipv4NetmaskLength: "there is no address manager",
  },
  async create(request) {
    const { clients, properties } = request;
    const { Vpc } = await clients.ec2.CreateVpc({
      ...pick(properties, "CidrBlock", "InstanceTenancy"),
      ...tagSpecifications(request, "vpc"),
    });
    return Vpc!.VpcId!;
  },
  find: (request) => findTagged(request, "vpc"),
  configure: applyDns,
  async stabilize({ clients, physicalId }) {
    const { Vpcs } = await clients.ec2.DescribeVpcs({ VpcIds: [physicalId] });
    return Vpcs?.[0]?.State === "available";
  },
  async update(request) {
    const { clients, physicalId, properties, changed } = request;
    if (changed.includes("InstanceTenancy"))
      await clients.ec2.ModifyVpcTenancy({
        VpcId: physicalId,
        InstanceTenancy: properties["InstanceTenancy"] ?? "default",
      });
    await applyDns(request);
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVpc({ VpcId: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const inVpc = [{ Name: "vpc-id", Values: [physicalId] }];
    const { Vpcs } = await clients.ec2.DescribeVpcs({ VpcIds: [physicalId] });
    const { NetworkAcls } = await clients.ec2.DescribeNetworkAcls({
      Filters: [...inVpc, { Name: "default", Values: ["true"] }],
    });
    const { SecurityGroups } = await clients.ec2.DescribeSecurityGroups({
      Filters: [...inVpc, { Name: "group-name", Values: ["default"] }],
    });
    const vpc = Vpcs![0]!;
    return {
      VpcId: physicalId,
      CidrBlock: vpc.CidrBlock,
      CidrBlockAssociations: vpc.CidrBlockAssociationSet?.map(({ AssociationId }) => AssociationId),
      DefaultNetworkAcl: NetworkAcls?.[0]?.NetworkAclId,
      DefaultSecurityGroup: SecurityGroups?.[0]?.GroupId,
      Ipv6CidrBlocks: (vpc.Ipv6CidrBlockAssociationSet ?? []).map((one) => one.Ipv6CidrBlock),
    };
  },
});

async function applyDns(request: ExistingRequest | UpdateRequest): Promise<void> {
  const { clients, physicalId: VpcId, properties } = request;
  const { EnableDnsSupport: support, EnableDnsHostnames: hostNames } = properties;
  const before = "previous" in request ? request.previous : {};
  if (support !== before["EnableDnsSupport"])
    await clients.ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: support ?? true } });
  if (hostNames !== before["EnableDnsHostnames"])
    await clients.ec2.ModifyVpcAttribute({
      VpcId,
      EnableDnsHostnames: { Value: hostNames ?? false },
    });
}
