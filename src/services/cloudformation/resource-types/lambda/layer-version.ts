import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::LayerVersion",
  name: { property: "LayerName", maxLength: 64 },
  async create({ clients, properties, name }) {
    const { LayerVersionArn } = await clients.lambda.PublishLayerVersion({
      LayerName: name,
      Content: pick(properties["Content"], "S3Bucket", "S3Key", "S3ObjectVersion"),
      ...pick(properties, "CompatibleArchitectures", "CompatibleRuntimes"),
      ...pick(properties, "Description", "LicenseInfo"),
    });
    return LayerVersionArn!;
  },
  async delete({ clients, physicalId }) {
    const [LayerName, VersionNumber] = physicalId.split(":").slice(-2);
    await clients.lambda.DeleteLayerVersion({ LayerName, VersionNumber: Number(VersionNumber) });
  },
  attributes: async ({ physicalId }) => ({ LayerVersionArn: physicalId }),
});
