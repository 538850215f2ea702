import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-launchtemplate.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::LaunchTemplate",
  name: { property: "LaunchTemplateName", maxLength: 128 },
  async create({ clients, properties, name, token }) {
    const { LaunchTemplate } = await clients.ec2.CreateLaunchTemplate({
      ClientToken: token,
      LaunchTemplateName: name,
      LaunchTemplateData: properties["LaunchTemplateData"],
      ...pick(properties, "VersionDescription", "TagSpecifications"),
    });
    return LaunchTemplate!.LaunchTemplateId!;
  },
  find: templateNamed,
  async update({ clients, properties, physicalId, changed, updateToken }) {
    if (!changed.includes("LaunchTemplateData") && !changed.includes("VersionDescription")) return;
    await clients.ec2.CreateLaunchTemplateVersion({
      ClientToken: updateToken,
      LaunchTemplateId: physicalId,
      LaunchTemplateData: properties["LaunchTemplateData"],
      ...pick(properties, "VersionDescription"),
    });
  },
  async delete({ clients, physicalId }) {
    await clients.ec2.DeleteLaunchTemplate({ LaunchTemplateId: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { LaunchTemplates } = await clients.ec2.DescribeLaunchTemplates({
      LaunchTemplateIds: [physicalId],
    });
    const found = LaunchTemplates![0]!;
    return {
      LaunchTemplateId: physicalId,
      DefaultVersionNumber: String(found.DefaultVersionNumber),
      LatestVersionNumber: String(found.LatestVersionNumber),
    };
  },
});

async function templateNamed({ clients, name }: ResourceRequest): Promise<string | undefined> {
  try {
    const { LaunchTemplates } = await clients.ec2.DescribeLaunchTemplates({
      LaunchTemplateNames: [name],
    });
    return LaunchTemplates?.[0]?.LaunchTemplateId;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith("InvalidLaunchTemplateName"))
      return undefined;
    throw error;
  }
}
