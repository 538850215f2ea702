import { AwsError } from "#model/error.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcgatewayattachment.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCGatewayAttachment",
  async create({ clients, properties }) {
    const { InternetGatewayId, VpnGatewayId, VpcId } = properties;
    if (VpnGatewayId !== undefined) {
      await clients.ec2.AttachVpnGateway({ VpnGatewayId, VpcId });
      return `VGW|${VpcId}`;
    }
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
    const { InternetGatewayId, VpnGatewayId, VpcId } = properties;
    if (VpnGatewayId !== undefined) {
      await clients.ec2.DetachVpnGateway({ VpnGatewayId: previous["VpnGatewayId"], VpcId });
      await clients.ec2.AttachVpnGateway({ VpnGatewayId, VpcId });
      return;
    }
    await clients.ec2.DetachInternetGateway({
      InternetGatewayId: previous["InternetGatewayId"],
      VpcId,
    });
    await clients.ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
  },
  async delete({ clients, properties }) {
    const { InternetGatewayId, VpnGatewayId, VpcId } = properties;
    try {
      if (VpnGatewayId !== undefined) {
        await clients.ec2.DetachVpnGateway({ VpnGatewayId, VpcId });
        return;
      }
      await clients.ec2.DetachInternetGateway({ InternetGatewayId, VpcId });
    } catch (error) {
      const gone = ["Gateway.NotAttached", "InvalidVpnGatewayAttachment.NotFound"];
      if (!(error instanceof AwsError) || !gone.includes(error.code)) throw error;
    }
  },
  attributes: async ({ physicalId }) => ({ AttachmentType: physicalId.split("|")[0] }),
});
