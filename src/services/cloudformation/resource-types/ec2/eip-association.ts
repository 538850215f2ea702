import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-eipassociation.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::EIPAssociation",
  async create({ clients, properties }) {
    const { EIP } = properties;
    const { AssociationId } = await clients.ec2.AssociateAddress({
      ...pick(properties, "AllocationId", "InstanceId", "NetworkInterfaceId", "PrivateIpAddress"),
      ...(EIP !== undefined && { PublicIp: EIP }),
      AllowReassociation: true,
    });
    return AssociationId!;
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DisassociateAddress({ AssociationId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
