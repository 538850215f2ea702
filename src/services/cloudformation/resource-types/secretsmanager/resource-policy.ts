import { documentText, pick } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html */
export const resourceType = defineResourceType({
  type: "AWS::SecretsManager::ResourcePolicy",
  create: put,
  async update(request: ExistingRequest) {
    await put(request);
  },
  async delete({ clients, physicalId }) {
    await clients.secretsmanager.DeleteResourcePolicy({ SecretId: physicalId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

async function put({ clients, properties }: ResourceRequest): Promise<string> {
  const { ARN } = await clients.secretsmanager.PutResourcePolicy({
    SecretId: properties["SecretId"],
    ResourcePolicy: documentText(properties["ResourcePolicy"]),
    ...pick(properties, "BlockPublicPolicy"),
  });
  return ARN!;
}
