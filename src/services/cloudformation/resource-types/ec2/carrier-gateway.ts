import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-carriergateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::CarrierGateway",
  async create(request) {
    const { CarrierGateway } = await request.clients.ec2.CreateCarrierGateway({
      VpcId: request.properties["VpcId"],
      ...tagSpecifications(request, "carrier-gateway"),
    });
    return CarrierGateway!.CarrierGatewayId!;
  },
  find: (request) => findTagged(request, "carrier-gateway"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteCarrierGateway({ CarrierGatewayId: physicalId });
  },
  attributes: async ({ physicalId, scope }) => ({
    CarrierGatewayId: physicalId,
    OwnerId: scope.account,
    State: "available",
  }),
});
