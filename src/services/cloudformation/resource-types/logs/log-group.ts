import { pick, tagChanges } from "../properties.ts";
import { defineResourceType, type ExistingRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html */
export const resourceType = defineResourceType({
  type: "AWS::Logs::LogGroup",
  unsupported: {
    BearerTokenAuthenticationEnabled: "log events come by the API alone",
    DataProtectionPolicy: "log events are not inspected",
    FieldIndexPolicies: "log events are not indexed by fields",
    ResourcePolicyDocument: "log groups have no policies",
  },
  name: { property: "LogGroupName", maxLength: 512 },
  async create({ clients, properties, name, tags }) {
    const { KmsKeyId: kmsKeyId, LogGroupClass: logGroupClass } = properties;
    const { DeletionProtectionEnabled: deletionProtectionEnabled } = properties;
    await clients.logs.CreateLogGroup({
      logGroupName: name,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(logGroupClass !== undefined && { logGroupClass }),
      ...(deletionProtectionEnabled !== undefined && { deletionProtectionEnabled }),
      tags,
    });
    return name;
  },
  async find(request) {
    return (await describe({ ...request, physicalId: request.name })) ? request.name : undefined;
  },
  async configure(request) {
    if (request.properties["RetentionInDays"] !== undefined) await setRetention(request);
  },
  async update(request) {
    const { clients, physicalId, changed } = request;
    if (changed.includes("RetentionInDays")) await setRetention(request);
    if (changed.includes("KmsKeyId")) await setKey(request);
    if (changed.includes("DeletionProtectionEnabled"))
      await clients.logs.PutLogGroupDeletionProtection({
        logGroupIdentifier: physicalId,
        deletionProtectionEnabled: request.properties["DeletionProtectionEnabled"] ?? false,
      });
    const { added, removed } = tagChanges(request);
    if (removed.length === 0 && Object.keys(added).length === 0) return;
    const resourceArn = (await describe({ ...request, physicalId }))?.logGroupArn;
    if (removed.length > 0) await clients.logs.UntagResource({ resourceArn, tagKeys: removed });
    if (Object.keys(added).length > 0) await clients.logs.TagResource({ resourceArn, tags: added });
  },
  async delete({ clients, physicalId }) {
    await clients.logs.DeleteLogGroup({ logGroupName: physicalId });
  },
  async attributes(request) {
    return { Arn: (await describe(request))?.arn, ...pick(request.properties, "RetentionInDays") };
  },
});

async function describe({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  const { logGroups = [] } = await clients.logs.DescribeLogGroups({
    logGroupNamePrefix: physicalId,
  });
  return logGroups.find(({ logGroupName }) => logGroupName === physicalId);
}

async function setRetention({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  const { RetentionInDays: retentionInDays } = properties;
  const logGroupName = physicalId;
  if (retentionInDays === undefined) await clients.logs.DeleteRetentionPolicy({ logGroupName });
  else await clients.logs.PutRetentionPolicy({ logGroupName, retentionInDays });
}

async function setKey({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  const { KmsKeyId: kmsKeyId } = properties;
  const logGroupName = physicalId;
  if (kmsKeyId === undefined) await clients.logs.DisassociateKmsKey({ logGroupName });
  else await clients.logs.AssociateKmsKey({ logGroupName, kmsKeyId });
}
