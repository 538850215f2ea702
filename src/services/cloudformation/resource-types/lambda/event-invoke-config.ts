import { pick } from "../properties.ts";
import { defineResourceType, type Properties, type StackClients } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::EventInvokeConfig",
  async create({ clients, properties, name }) {
    await put(clients, properties);
    return name;
  },
  async update({ clients, properties }) {
    await put(clients, properties);
  },
  async delete({ clients, properties }) {
    const { FunctionName, Qualifier } = properties;
    await clients.lambda.DeleteFunctionEventInvokeConfig({ FunctionName, Qualifier });
  },
});

async function put({ lambda }: StackClients, properties: Properties): Promise<void> {
  await lambda.PutFunctionEventInvokeConfig({
    FunctionName: properties["FunctionName"],
    Qualifier: properties["Qualifier"],
    ...pick(properties, "DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
  });
}
