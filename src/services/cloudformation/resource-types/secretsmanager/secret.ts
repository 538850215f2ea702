import { AwsError } from "#model/error.ts";
import { pick, tagChanges, tagList } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type Properties,
  type ResourceRequest,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html */
export const resourceType = defineResourceType({
  type: "AWS::SecretsManager::Secret",
  name: { property: "Name", maxLength: 255 },
  async create(request) {
    const { clients, properties, name, tags, token } = request;
    const { ARN } = await clients.secretsmanager.CreateSecret({
      Name: name,
      ...pick(properties, "Description", "KmsKeyId", "Type"),
      ClientRequestToken: token,
      SecretString: await secretString(request),
      Tags: tagList(tags),
      ...(replicasOf(properties).length > 0 && { AddReplicaRegions: replicasOf(properties) }),
    });
    return ARN!;
  },
  async find({ clients, name }) {
    try {
      const { ARN, DeletedDate } = await clients.secretsmanager.DescribeSecret({ SecretId: name });
      return DeletedDate === undefined ? ARN : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async update(request) {
    const { clients, properties, physicalId: SecretId, changed, updateToken } = request;
    const { secretsmanager } = clients;
    const wanted = changed.includes("SecretString") || changed.includes("GenerateSecretString");
    // A password that is made anew at every try would be another value under the same token.
    const renewed = wanted && !(await hasVersion(request, updateToken));
    if (changed.some((name) => name !== "Tags" && name !== "ReplicaRegions"))
      await secretsmanager.UpdateSecret({
        SecretId,
        Description: properties["Description"] ?? "",
        ...pick(properties, "KmsKeyId", "Type"),
        ...(renewed && {
          ClientRequestToken: updateToken,
          SecretString: await secretString(request),
        }),
      });
    if (changed.includes("ReplicaRegions")) await changeReplicas(request);
    const { added, removed } = tagChanges(request);
    if (removed.length > 0) await secretsmanager.UntagResource({ SecretId, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await secretsmanager.TagResource({ SecretId, Tags: tagList(added) });
  },
  async delete({ clients, physicalId: SecretId }) {
    const { ReplicationStatus = [] } = await clients.secretsmanager.DescribeSecret({ SecretId });
    const RemoveReplicaRegions = ReplicationStatus.map(({ Region }) => Region!);
    if (RemoveReplicaRegions.length > 0)
      await clients.secretsmanager.RemoveRegionsFromReplication({ SecretId, RemoveReplicaRegions });
    await clients.secretsmanager.DeleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

function replicasOf({ ReplicaRegions = [] }: Properties): Asked[] {
  return ReplicaRegions as Asked[];
}

interface Asked {
  Region: string;
  KmsKeyId?: string;
}

async function changeReplicas({ clients, properties, physicalId: SecretId }: ExistingRequest) {
  const { secretsmanager } = clients;
  const { ReplicationStatus = [] } = await secretsmanager.DescribeSecret({ SecretId });
  const present = ReplicationStatus.map(({ Region }) => Region!);
  const wanted = replicasOf(properties);
  const RemoveReplicaRegions = present.filter(
    (region) => !wanted.some(({ Region }) => Region === region),
  );
  if (RemoveReplicaRegions.length > 0)
    await secretsmanager.RemoveRegionsFromReplication({ SecretId, RemoveReplicaRegions });
  const AddReplicaRegions = wanted.filter(({ Region }) => !present.includes(Region));
  if (AddReplicaRegions.length > 0)
    await secretsmanager.ReplicateSecretToRegions({ SecretId, AddReplicaRegions });
}

/** The value given, or one made of a random password; undefined for a secret without a value. */
async function secretString({ clients, properties }: ResourceRequest): Promise<string | undefined> {
  const { SecretString, GenerateSecretString: wanted } = properties;
  if (wanted === undefined) return SecretString as string | undefined;
  const { GenerateStringKey, SecretStringTemplate, ...rules } = wanted;
  const { RandomPassword } = await clients.secretsmanager.GetRandomPassword(rules);
  if (GenerateStringKey === undefined) return RandomPassword;
  const template = JSON.parse(SecretStringTemplate ?? "{}") as Record<string, unknown>;
  return JSON.stringify({ ...template, [GenerateStringKey]: RandomPassword });
}

async function hasVersion(
  { clients, physicalId: SecretId }: ExistingRequest,
  versionId: string,
): Promise<boolean> {
  const { VersionIdsToStages = {} } = await clients.secretsmanager.DescribeSecret({ SecretId });
  return versionId in VersionIdsToStages;
}
