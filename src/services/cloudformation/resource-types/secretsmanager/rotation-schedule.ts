import { pick } from "../properties.ts";
import { defineResourceType, type Properties, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html */
export const resourceType = defineResourceType({
  type: "AWS::SecretsManager::RotationSchedule",
  unsupported: {
    HostedRotationLambda: "give a function of your own by RotationLambdaARN",
    ExternalSecretRotationMetadata: "external secrets are not rotated",
    ExternalSecretRotationRoleArn: "external secrets are not rotated",
  },
  async create(request) {
    const { ARN, Name } = await rotate(request, request.token, request.properties);
    return ARN ?? Name!;
  },
  /** Turned on by an earlier try, which need not rotate once more. */
  async find({ clients, properties }) {
    const about = await clients.secretsmanager.DescribeSecret({ SecretId: properties["SecretId"] });
    const same = about.RotationLambdaARN === properties["RotationLambdaARN"];
    return about.RotationEnabled && same ? about.ARN : undefined;
  },
  async update(request) {
    await rotate(request, request.updateToken, request.properties);
  },
  async delete({ clients, physicalId: SecretId }) {
    const { RotationEnabled } = await clients.secretsmanager.DescribeSecret({ SecretId });
    if (RotationEnabled) await clients.secretsmanager.CancelRotateSecret({ SecretId });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

function rotate({ clients }: ResourceRequest, ClientRequestToken: string, properties: Properties) {
  const { RotateImmediatelyOnUpdate: RotateImmediately } = properties;
  return clients.secretsmanager.RotateSecret({
    SecretId: properties["SecretId"],
    ClientRequestToken,
    ...pick(properties, "RotationLambdaARN", "RotationRules"),
    ...(RotateImmediately !== undefined && { RotateImmediately }),
  });
}
