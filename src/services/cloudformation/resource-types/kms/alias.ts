import { AwsError } from "#model/error.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html */
export const resourceType = defineResourceType({
  type: "AWS::KMS::Alias",
  async create({ clients, properties }) {
    const { AliasName, TargetKeyId } = properties;
    await clients.kms.CreateAlias({ AliasName, TargetKeyId });
    return AliasName as string;
  },
  async find({ clients, properties }) {
    const { AliasName, TargetKeyId } = properties;
    try {
      const found = await clients.kms.DescribeKey({ KeyId: AliasName });
      const wanted = await clients.kms.DescribeKey({ KeyId: TargetKeyId });
      const same = found.KeyMetadata!.KeyId === wanted.KeyMetadata!.KeyId;
      return same ? (AliasName as string) : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "NotFoundException") return undefined;
      throw error;
    }
  },
  async update({ clients, properties, physicalId }) {
    const { TargetKeyId } = properties;
    await clients.kms.UpdateAlias({ AliasName: physicalId, TargetKeyId });
  },
  async delete({ clients, physicalId }) {
    await clients.kms.DeleteAlias({ AliasName: physicalId });
  },
  attributes: async ({ physicalId }) => ({ AliasName: physicalId }),
});
