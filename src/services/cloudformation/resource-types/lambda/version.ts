import { pick } from "../properties.ts";
import { isProvisioned, setProvisioned, type Qualified } from "./provisioned.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Version",
  unsupported: {
    RuntimePolicy: "the host's languages are used",
  },
  async create({ clients, properties }) {
    const { FunctionArn } = await clients.lambda.PublishVersion({
      FunctionName: properties["FunctionName"],
      ...pick(properties, "CodeSha256", "Description"),
    });
    return FunctionArn!;
  },
  async configure({ clients, properties, physicalId }) {
    await setProvisioned(clients, qualifiedOf(physicalId), properties);
  },
  stabilize: ({ clients, properties, physicalId }) =>
    isProvisioned(clients, qualifiedOf(physicalId), properties),
  async delete({ clients, physicalId }) {
    await clients.lambda.DeleteFunction({ FunctionName: physicalId });
  },
  attributes: async ({ physicalId }) => ({
    FunctionArn: physicalId,
    Version: physicalId.split(":").at(-1),
  }),
});

/** "arn:aws:lambda:us-east-1:123456789012:function:orders:3" */
function qualifiedOf(physicalId: string): Qualified {
  const at = physicalId.lastIndexOf(":");
  return { FunctionName: physicalId.slice(0, at), Qualifier: physicalId.slice(at + 1) };
}
