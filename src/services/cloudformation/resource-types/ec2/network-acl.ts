import { defineResourceType } from "../resource-type.ts";
import { findTagged, tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-networkacl.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NetworkAcl",
  async create(request) {
    const { NetworkAcl } = await request.clients.ec2.CreateNetworkAcl({
      VpcId: request.properties["VpcId"],
      ...tagSpecifications(request, "network-acl"),
    });
    return NetworkAcl!.NetworkAclId!;
  },
  find: (request) => findTagged(request, "network-acl"),
  update: (request) => updateTags(request),
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteNetworkAcl({ NetworkAclId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
