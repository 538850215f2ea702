import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { isProvisioned, setProvisioned, type Qualified } from "./provisioned.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Alias",
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
  async configure({ clients, properties }) {
    await setProvisioned(clients, qualifiedOf(properties), properties);
  },
  stabilize: ({ clients, properties }) =>
    isProvisioned(clients, qualifiedOf(properties), properties),
  async update({ clients, properties, previous, changed }) {
    await clients.lambda.UpdateAlias({
      FunctionName: properties["FunctionName"],
      Name: properties["Name"],
      FunctionVersion: properties["FunctionVersion"],
      Description: properties["Description"] ?? "",
      RoutingConfig: routingOf(properties),
    });
    if (changed.includes("ProvisionedConcurrencyConfig"))
      await setProvisioned(clients, qualifiedOf(properties), properties, previous);
  },
  async delete({ clients, properties }) {
    const { FunctionName, Name } = properties;
    await clients.lambda.DeleteAlias({ FunctionName, Name });
  },
  attributes: async ({ physicalId }) => ({ AliasArn: physicalId }),
});

const qualifiedOf = (properties: Properties): Qualified => ({
  FunctionName: properties["FunctionName"],
  Qualifier: properties["Name"],
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
