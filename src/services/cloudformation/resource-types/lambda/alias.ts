import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Alias",
  unsupported: { ProvisionedConcurrencyConfig: "no environments are kept ready" },
  async create({ clients, properties }) {
    const { AliasArn } = await clients.lambda.CreateAlias({
      ...pick(properties, "FunctionName", "Name", "FunctionVersion", "Description"),
      FunctionName: properties["FunctionName"],
      Name: properties["Name"],
      FunctionVersion: properties["FunctionVersion"],
      RoutingConfig: routingOf(properties),
    });
    return AliasArn!;
  },
  async find({ clients, properties }) {
    try {
      const { FunctionName, Name } = properties;
      return (await clients.lambda.GetAlias({ FunctionName, Name })).AliasArn;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async update({ clients, properties }) {
    await clients.lambda.UpdateAlias({
      FunctionName: properties["FunctionName"],
      Name: properties["Name"],
      FunctionVersion: properties["FunctionVersion"],
      Description: properties["Description"] ?? "",
      RoutingConfig: routingOf(properties),
    });
  },
  async delete({ clients, properties }) {
    const { FunctionName, Name } = properties;
    await clients.lambda.DeleteAlias({ FunctionName, Name });
  },
  attributes: async ({ physicalId }) => ({ AliasArn: physicalId }),
});

function routingOf(properties: Properties) {
  const weights: { FunctionVersion: string; FunctionWeight: number }[] =
    properties["RoutingConfig"]?.AdditionalVersionWeights ?? [];
  return {
    AdditionalVersionWeights: Object.fromEntries(
      weights.map(({ FunctionVersion, FunctionWeight }) => [FunctionVersion, FunctionWeight]),
    ),
  };
}
