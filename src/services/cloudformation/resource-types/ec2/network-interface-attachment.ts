import { AwsError } from "#model/error.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-networkinterfaceattachment.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::NetworkInterfaceAttachment",
  unsupported: {
    EnaSrdSpecification: "there is no such transport",
    EnaQueueCount: "interfaces have no queues",
  },
  async create({ clients, properties }) {
    const { AttachmentId } = await clients.ec2.AttachNetworkInterface({
      DeviceIndex: Number(properties["DeviceIndex"]),
      InstanceId: properties["InstanceId"],
      NetworkInterfaceId: properties["NetworkInterfaceId"],
    });
    return AttachmentId!;
  },
  find: attachmentOf,
  async configure(request) {
    await keep(request, request.physicalId);
  },
  async update(request) {
    await keep(request, request.physicalId);
  },
  async delete({ clients, physicalId }) {
    try {
      await clients.ec2.DetachNetworkInterface({ AttachmentId: physicalId, Force: true });
    } catch (error) {
      // It goes with its instance.
      if (!(error instanceof AwsError) || error.code !== "InvalidAttachmentID.NotFound")
        throw error;
    }
  },
  attributes: async ({ physicalId }) => ({ AttachmentId: physicalId }),
});

async function attachmentOf({ clients, properties }: ResourceRequest) {
  const { NetworkInterfaces } = await clients.ec2.DescribeNetworkInterfaces({
    NetworkInterfaceIds: [properties["NetworkInterfaceId"]],
  });
  const { AttachmentId, InstanceId } = NetworkInterfaces?.[0]?.Attachment ?? {};
  return InstanceId === properties["InstanceId"] ? AttachmentId : undefined;
}

async function keep({ clients, properties }: ResourceRequest, AttachmentId: string) {
  await clients.ec2.ModifyNetworkInterfaceAttribute({
    NetworkInterfaceId: properties["NetworkInterfaceId"],
    Attachment: { AttachmentId, DeleteOnTermination: properties["DeleteOnTermination"] ?? true },
  });
}
