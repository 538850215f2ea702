import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";
import { tagSpecifications, updateTags } from "./tagged.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-volume.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::Volume",
  unsupported: {
    OutpostArn: "there are no outposts",
    AvailabilityZoneId: "name the zone by AvailabilityZone",
    SourceVolumeId: "volumes are not copied",
    VolumeInitializationRate: "volumes are there at once",
  },
  replacedBy: ["AvailabilityZone", "Encrypted", "KmsKeyId", "MultiAttachEnabled", "SnapshotId"],
  async create(request) {
    const { clients, properties, token } = request;
    const { VolumeId } = await clients.ec2.CreateVolume({
      ClientToken: token,
      ...pick(
        properties,
        "AvailabilityZone",
        "Encrypted",
        "Iops",
        "KmsKeyId",
        "MultiAttachEnabled",
        "Size",
        "SnapshotId",
        "Throughput",
        "VolumeType",
      ),
      ...tagSpecifications(request, "volume"),
    });
    if (properties["AutoEnableIO"] !== undefined)
      await clients.ec2.ModifyVolumeAttribute({
        VolumeId,
        AutoEnableIO: { Value: properties["AutoEnableIO"] },
      });
    return VolumeId!;
  },
  async stabilize({ clients, physicalId }) {
    const { Volumes } = await clients.ec2.DescribeVolumes({ VolumeIds: [physicalId] });
    return Volumes?.[0]?.State === "available" || Volumes?.[0]?.State === "in-use";
  },
  async update(request) {
    const { clients, properties, physicalId, changed } = request;
    if (changed.some((name) => ["Size", "Iops", "Throughput", "VolumeType"].includes(name)))
      await clients.ec2.ModifyVolume({
        VolumeId: physicalId,
        ...pick(properties, "Size", "Iops", "Throughput", "VolumeType"),
      });
    if (changed.includes("AutoEnableIO"))
      await clients.ec2.ModifyVolumeAttribute({
        VolumeId: physicalId,
        AutoEnableIO: { Value: properties["AutoEnableIO"] ?? false },
      });
    await updateTags(request);
  },
  async snapshot({ clients, physicalId, token, logicalId }) {
    const Description = `Final snapshot of ${logicalId} (${token})`;
    const { Snapshots = [] } = await clients.ec2.DescribeSnapshots({
      OwnerIds: ["self"],
      Filters: [{ Name: "description", Values: [Description] }],
    });
    if (Snapshots.length === 0)
      await clients.ec2.CreateSnapshot({ VolumeId: physicalId, Description });
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteVolume({ VolumeId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ VolumeId: physicalId }),
});
