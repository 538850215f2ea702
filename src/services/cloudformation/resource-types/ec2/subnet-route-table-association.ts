import { AwsError } from "#model/error.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnetroutetableassociation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SubnetRouteTableAssociation",
  async create(request) {
    const { clients, properties } = request;
    const { SubnetId, RouteTableId } = properties;
    try {
      const made = await clients.ec2.AssociateRouteTable({ SubnetId, RouteTableId });
      return made.AssociationId!;
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "Resource.AlreadyAssociated") throw error;
      return replace(request, error);
    }
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DisassociateRouteTable({ AssociationId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

/** A subnet has one association: the new takes the place of this stack's old one, or is it already. */
async function replace({ clients, properties, others }: ResourceRequest, error: AwsError) {
  const { SubnetId, RouteTableId } = properties;
  const { RouteTables = [] } = await clients.ec2.DescribeRouteTables({
    Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }],
  });
  const present = RouteTables.flatMap(({ Associations = [] }) => Associations).find(
    (association) => association.SubnetId === SubnetId,
  );
  const id = present?.RouteTableAssociationId;
  if (present?.RouteTableId === RouteTableId && id !== undefined) return id;
  if (id === undefined || !others.includes(id)) throw error;
  const made = await clients.ec2.ReplaceRouteTableAssociation({ AssociationId: id, RouteTableId });
  return made.NewAssociationId!;
}
