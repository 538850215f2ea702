import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Permission",
  async create({ clients, properties, name: StatementId }) {
    const { FunctionName, Action, Principal } = properties;
    await clients.lambda.AddPermission({
      FunctionName,
      Action,
      Principal,
      StatementId,
      ...pick(properties, "EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl"),
      ...pick(properties, "PrincipalOrgID", "SourceAccount", "SourceArn"),
    });
    return StatementId;
  },
  async find({ clients, properties, name }) {
    try {
      const { FunctionName } = properties;
      const { Policy = "{}" } = await clients.lambda.GetPolicy({ FunctionName });
      const { Statement = [] } = JSON.parse(Policy) as { Statement?: { Sid?: string }[] };
      return Statement.some(({ Sid }) => Sid === name) ? name : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async delete({ clients, properties, physicalId: StatementId }) {
    const { FunctionName } = properties;
    await clients.lambda.RemovePermission({ FunctionName, StatementId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
