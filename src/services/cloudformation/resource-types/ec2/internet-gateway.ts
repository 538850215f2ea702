import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-internetgateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::InternetGateway",
  async create(request) {
    const { InternetGateway } = await request.clients.ec2.CreateInternetGateway(
      tagSpecifications(request, "internet-gateway"),
    );
    return InternetGateway!.InternetGatewayId!;
  },
  find: (request) => findTagged(request, "internet-gateway"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteInternetGateway({ InternetGatewayId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ InternetGatewayId: physicalId }),
});
