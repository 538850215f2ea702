import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-customergateway.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::CustomerGateway",
  unsupported: { BgpAsnExtended: "numbers of four bytes are given as BgpAsn" },
  async create(request) {
    const { CustomerGateway } = await request.clients.ec2.CreateCustomerGateway({
      Type: request.properties["Type"],
      ...pick(request.properties, "BgpAsn", "IpAddress", "CertificateArn", "DeviceName"),
      ...tagSpecifications(request, "customer-gateway"),
    });
    return CustomerGateway!.CustomerGatewayId!;
  },
  find: (request) => findTagged(request, "customer-gateway"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteCustomerGateway({ CustomerGatewayId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ CustomerGatewayId: physicalId }),
});
