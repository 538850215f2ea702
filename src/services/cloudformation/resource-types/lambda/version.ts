import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Version",
  unsupported: {
    ProvisionedConcurrencyConfig: "no environments are kept ready",
    RuntimePolicy: "the host's languages are used",
  },
  async create({ clients, properties }) {
    const { FunctionArn } = await clients.lambda.PublishVersion({
      FunctionName: properties["FunctionName"],
      ...pick(properties, "CodeSha256", "Description"),
    });
    return FunctionArn!;
  },
  async delete({ clients, physicalId }) {
    await clients.lambda.DeleteFunction({ FunctionName: physicalId });
  },
  attributes: async ({ physicalId }) => ({
    FunctionArn: physicalId,
    Version: physicalId.split(":").at(-1),
  }),
});
