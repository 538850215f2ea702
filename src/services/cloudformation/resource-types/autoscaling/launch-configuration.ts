import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

const refused = "instances here have neither kernels of their own nor ClassicLink";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-autoscaling-launchconfiguration.html */
export const resourceType = defineResourceType({
  type: "AWS::AutoScaling::LaunchConfiguration",
  unsupported: {
    ClassicLinkVPCId: refused,
    ClassicLinkVPCSecurityGroups: refused,
    KernelId: refused,
    RamDiskId: refused,
  },
  name: { property: "LaunchConfigurationName", maxLength: 255 },
  async create({ clients, properties, name }) {
    const { InstanceMonitoring: monitoring } = properties;
    await clients.autoscaling.CreateLaunchConfiguration({
      LaunchConfigurationName: name,
      ...pick(
        properties,
        "AssociatePublicIpAddress",
        "BlockDeviceMappings",
        "EbsOptimized",
        "IamInstanceProfile",
        "ImageId",
        "InstanceId",
        "InstanceType",
        "KeyName",
        "MetadataOptions",
        "PlacementTenancy",
        "SecurityGroups",
        "SpotPrice",
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
