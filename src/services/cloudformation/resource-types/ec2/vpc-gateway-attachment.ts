import { AwsError } from "#model/error.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcgatewayattachment.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCGatewayAttachment",
  unsupported: { VpnGatewayId: "there are no VPN gateways" },
  async create({ clients, properties }) {
    const { InternetGatewayId, VpcId } = properties;
    try {
      await clients.ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
    } catch (error) {
      const { InternetGateways = [] } = await clients.ec2.DescribeInternetGateways({
        InternetGatewayIds: [InternetGatewayId],
      });
      const attached = InternetGateways[0]?.Attachments?.some((own) => own.VpcId === VpcId);
      if (!attached || !(error instanceof AwsError)) throw error;
    }
    return `IGW|${VpcId}`;
  },
  async update({ clients, properties, previous }) {
    const { InternetGatewayId, VpcId } = properties;
    await clients.ec2.DetachInternetGateway({
      InternetGatewayId: previous["InternetGatewayId"],
      VpcId,
    });
    await clients.ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
  },
  async delete({ clients, properties }) {
    const { InternetGatewayId, VpcId } = properties;
    try {
      await clients.ec2.DetachInternetGateway({ InternetGatewayId, VpcId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "Gateway.NotAttached") throw error;
    }
  },
  attributes: async () => ({ AttachmentType: "IGW" }),
});
