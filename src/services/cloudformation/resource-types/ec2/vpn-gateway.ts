import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpngateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPNGateway",
  async create(request) {
    const { VpnGateway } = await request.clients.ec2.CreateVpnGateway({
      Type: request.properties["Type"],
      ...pick(request.properties, "AmazonSideAsn"),
      ...tagSpecifications(request, "vpn-gateway"),
    });
    return VpnGateway!.VpnGatewayId!;
  },
  find: (request) => findTagged(request, "vpn-gateway"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVpnGateway({ VpnGatewayId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ VPNGatewayId: physicalId }),
});
