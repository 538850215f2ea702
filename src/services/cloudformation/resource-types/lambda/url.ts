import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Url",
  async create({ clients, properties }) {
    const { FunctionArn } = await clients.lambda.CreateFunctionUrlConfig({
      ...named(properties),
      AuthType: properties["AuthType"],
      ...pick(properties, "Cors", "InvokeMode"),
    });
    return FunctionArn!;
  },
  async find({ clients, properties }) {
    try {
      return (await clients.lambda.GetFunctionUrlConfig(named(properties))).FunctionArn;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async update({ clients, properties }) {
    await clients.lambda.UpdateFunctionUrlConfig({
      ...named(properties),
      AuthType: properties["AuthType"],
      Cors: properties["Cors"] ?? {},
      InvokeMode: properties["InvokeMode"] ?? "BUFFERED",
    });
  },
  async delete({ clients, properties }) {
    await clients.lambda.DeleteFunctionUrlConfig(named(properties));
  },
  async attributes({ clients, properties }) {
    const found = await clients.lambda.GetFunctionUrlConfig(named(properties));
    return { FunctionArn: found.FunctionArn, FunctionUrl: found.FunctionUrl };
  },
});

function named(properties: Properties) {
  return { FunctionName: properties["TargetFunctionArn"], ...pick(properties, "Qualifier") };
}
