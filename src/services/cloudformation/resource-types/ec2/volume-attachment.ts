import { pick } from "../properties.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-volumeattachment.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VolumeAttachment",
  unsupported: { EbsCardIndex: "instances have one card" },
  async create({ clients, properties }) {
    const { VolumeId, InstanceId } = properties;
    await clients.ec2.AttachVolume({ VolumeId, InstanceId, ...device(properties) });
    return `${VolumeId}|${InstanceId}`;
  },
  async find(request) {
    const { VolumeId, InstanceId } = request.properties;
    return (await attachment(request)) ? `${VolumeId}|${InstanceId}` : undefined;
  },
  async stabilize(request) {
    return (await attachment(request))?.State === "attached";
  },
  async delete({ clients, properties }) {
    const { VolumeId, InstanceId } = properties;
    await clients.ec2.DetachVolume({ VolumeId, InstanceId });
  },
  async deleted(request) {
    return (await attachment(request)) === undefined;
  },
});

function device(properties: ResourceRequest["properties"]) {
  return { Device: "/dev/sdf", ...pick(properties, "Device") };
}

async function attachment({ clients, properties }: ResourceRequest) {
  const { VolumeId, InstanceId } = properties;
  const { Volumes } = await clients.ec2.DescribeVolumes({ VolumeIds: [VolumeId] });
  return Volumes?.[0]?.Attachments?.find((own) => own.InstanceId === InstanceId);
}
