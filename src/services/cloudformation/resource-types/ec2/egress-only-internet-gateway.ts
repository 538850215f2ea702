import { defineResourceType } from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-egressonlyinternetgateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::EgressOnlyInternetGateway",
  async create(request) {
    const { clients, properties, token } = request;
    const { EgressOnlyInternetGateway } = await clients.ec2.CreateEgressOnlyInternetGateway({
      ClientToken: token,
      VpcId: properties["VpcId"],
      ...tagSpecifications(request, "egress-only-internet-gateway"),
    });
    return EgressOnlyInternetGateway!.EgressOnlyInternetGatewayId!;
  },
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteEgressOnlyInternetGateway({ EgressOnlyInternetGatewayId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
