import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnetnetworkaclassociation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SubnetNetworkAclAssociation",
  async create(request) {
    const { clients, properties } = request;
    const present = await current(request);
    if (present?.NetworkAclId === properties["NetworkAclId"])
      return present!.NetworkAclAssociationId!;
    const { NewAssociationId } = await clients.ec2.ReplaceNetworkAclAssociation({
      AssociationId: present?.NetworkAclAssociationId,
      NetworkAclId: properties["NetworkAclId"],
    });
    return NewAssociationId!;
  },
  async delete(request) {
    const { clients, physicalId } = request;
    const present = await current(request);
    if (present?.NetworkAclAssociationId !== physicalId) return;
    const { NetworkAcls = [] } = await clients.ec2.DescribeNetworkAcls({
      NetworkAclIds: [present.NetworkAclId!],
    });
    const { NetworkAcls: defaults = [] } = await clients.ec2.DescribeNetworkAcls({
      Filters: [
        { Name: "vpc-id", Values: [NetworkAcls[0]?.VpcId ?? ""] },
        { Name: "default", Values: ["true"] },
      ],
    });
    await clients.ec2.ReplaceNetworkAclAssociation({
      AssociationId: physicalId,
      NetworkAclId: defaults[0]?.NetworkAclId,
    });
  },
  attributes: async ({ physicalId }) => ({ AssociationId: physicalId }),
});

/** A subnet always has one network ACL. */
async function current({ clients, properties }: ResourceRequest) {
  const { SubnetId } = properties;
  const { NetworkAcls = [] } = await clients.ec2.DescribeNetworkAcls({
    Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }],
  });
  return NetworkAcls.flatMap(({ Associations = [] }) => Associations).find(
    (association) => association.SubnetId === SubnetId,
  );
}
