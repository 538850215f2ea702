import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversionpermission.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::LayerVersionPermission",
  async create({ clients, properties, name: StatementId }) {
    await clients.lambda.AddLayerVersionPermission({
      ...layerOf(properties),
      StatementId,
      Action: properties["Action"],
      Principal: properties["Principal"],
      ...pick(properties, "OrganizationId"),
    });
    return idOf(properties, StatementId);
  },
  // Its statement's name is its own: what bears it was made by a call whose answer was lost.
  async find({ clients, properties, name }) {
    try {
      const { Policy = "{}" } = await clients.lambda.GetLayerVersionPolicy(layerOf(properties));
      const { Statement = [] } = JSON.parse(Policy) as { Statement?: { Sid?: string }[] };
      return Statement.some(({ Sid }) => Sid === name) ? idOf(properties, name) : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async delete({ clients, properties, physicalId }) {
    const StatementId = physicalId.slice(physicalId.indexOf("#") + 1);
    await clients.lambda.RemoveLayerVersionPermission({ ...layerOf(properties), StatementId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

const idOf = (properties: Properties, statementId: string) =>
  `${properties["LayerVersionArn"]}#${statementId}`;

/** "arn:aws:lambda:us-east-1:123456789012:layer:tools:3" */
function layerOf(properties: Properties) {
  const parts = String(properties["LayerVersionArn"]).split(":");
  return { LayerName: parts.slice(0, -1).join(":"), VersionNumber: Number(parts.at(-1)) };
}
