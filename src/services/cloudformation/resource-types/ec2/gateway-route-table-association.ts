import { defineResourceType, type ExistingRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-gatewayroutetableassociation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::GatewayRouteTableAssociation",
  async create({ clients, properties }) {
    const GatewayId: string = properties["GatewayId"];
    await clients.ec2.AssociateRouteTable({ GatewayId, RouteTableId: properties["RouteTableId"] });
    return GatewayId;
  },
  async update(request) {
    const AssociationId = await associationOf(request);
    await request.clients.ec2.ReplaceRouteTableAssociation({
      AssociationId,
      RouteTableId: request.properties["RouteTableId"],
    });
  },
  async delete(request) {
    const AssociationId = await associationOf(request);
    if (AssociationId !== undefined)
      await request.clients.ec2.DisassociateRouteTable({ AssociationId });
  },
  attributes: async (request) => ({ AssociationId: await associationOf(request) }),
});

async function associationOf({ clients, physicalId }: ExistingRequest) {
  const { RouteTables } = await clients.ec2.DescribeRouteTables({
    Filters: [{ Name: "association.gateway-id", Values: [physicalId] }],
  });
  return RouteTables?.[0]?.Associations?.find(({ GatewayId }) => GatewayId === physicalId)
    ?.RouteTableAssociationId;
}
