import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-routetable.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::RouteTable",
  async create(request) {
    const { RouteTable } = await request.clients.ec2.CreateRouteTable({
      VpcId: request.properties["VpcId"],
      ...tagSpecifications(request, "route-table"),
    });
    return RouteTable!.RouteTableId!;
  },
  find: (request) => findTagged(request, "route-table"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteRouteTable({ RouteTableId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ RouteTableId: physicalId }),
});
