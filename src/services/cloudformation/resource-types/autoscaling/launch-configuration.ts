import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

const refused = "launch configurations do without it; use a launch template";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-launchconfiguration.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::LaunchConfiguration",
  unsupported: {
    AssociatePublicIpAddress: refused,
    ClassicLinkVPCId: refused,
    ClassicLinkVPCSecurityGroups: refused,
    InstanceId: refused,
    KernelId: refused,
    PlacementTenancy: refused,
    RamDiskId: refused,
    SpotPrice: refused,
  },
  name: { property: "LaunchConfigurationName", maxLength: 255 },
  async create({ clients, properties, name }) {
    const { InstanceMonitoring: monitoring } = properties;
    await clients.autoscaling.CreateLaunchConfiguration({
      LaunchConfigurationName: name,
      ...pick(
        properties,
        "BlockDeviceMappings",
        "EbsOptimized",
        "IamInstanceProfile",
        "ImageId",
        "InstanceType",
        "KeyName",
        "MetadataOptions",
        "SecurityGroups",
        "UserData",
      ),
      ...(monitoring !== undefined && { InstanceMonitoring: { Enabled: monitoring } }),
    });
    return name;
  },
  async find({ clients, name }) {
    const { LaunchConfigurations } = await clients.autoscaling.DescribeLaunchConfigurations({
      LaunchConfigurationNames: [name],
    });
    return LaunchConfigurations?.[0]?.LaunchConfigurationName;
  },
  async delete({ clients, physicalId }) {
    await clients.autoscaling.DeleteLaunchConfiguration({ LaunchConfigurationName: physicalId });
  },
});
