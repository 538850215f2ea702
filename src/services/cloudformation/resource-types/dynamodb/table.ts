import { AwsError } from "#model/error.ts";
import { pick, tagChanges, tagList } from "../properties.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
  type Stabilization,
  type StabilizeRequest,
} from "../resource-type.ts";
import { nextTableUpdate } from "./table-updates.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html */
export const resourceType = defineResourceType({
  type: "AWS::DynamoDB::Table",
  unsupported: {
    ContributorInsightsSpecification: "there are no contributor insights",
    ImportSourceSpecification: "tables start empty",
    KinesisStreamSpecification: "there is no Kinesis",
    ResourcePolicy: "tables have no policies",
    "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled=true":
      "tables have no point-in-time recovery",
    StreamSpecification: "tables have no streams",
  },
  replacedBy: ["KeySchema", "LocalSecondaryIndexes"],
  name: { property: "TableName", maxLength: 255 },
  async create({ clients, properties, name, tags }) {
    const { SSESpecification: encryption } = properties;
    await clients.dynamodb.CreateTable({
      TableName: name,
      KeySchema: properties["KeySchema"],
      AttributeDefinitions: properties["AttributeDefinitions"],
      ...pick(
        properties,
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "OnDemandThroughput",
        "ProvisionedThroughput",
        "TableClass",
        "WarmThroughput",
      ),
      ...(encryption && { SSESpecification: encryptionInput(encryption) }),
      Tags: tagList(tags),
    });
    return name;
  },
  async find(request) {
    return (await describe(request, request.name)) ? request.name : undefined;
  },
  stabilize: settle,
  async update(request) {
    const { added, removed } = tagChanges(request);
    if (removed.length === 0 && Object.keys(added).length === 0) return;
    const table = await describe(request, request.physicalId);
    const ResourceArn = table?.TableArn;
    const { dynamodb } = request.clients;
    if (removed.length > 0) await dynamodb.UntagResource({ ResourceArn, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await dynamodb.TagResource({ ResourceArn, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.dynamodb.DeleteTable({ TableName: physicalId });
  },
  async deleted(request) {
    return (await describe(request, request.physicalId)) === undefined;
  },
  async attributes(request: ExistingRequest) {
    const table = await describe(request, request.physicalId);
    return {
      Arn: table?.TableArn,
      ...(table?.LatestStreamArn !== undefined && { StreamArn: table.LatestStreamArn }),
    };
  },
});

function encryptionInput({ SSEEnabled, ...rest }: Record<string, unknown>) {
  return { Enabled: Boolean(SSEEnabled), ...rest };
}

async function describe({ clients }: Pick<ResourceRequest, "clients">, TableName: string) {
  try {
    return (await clients.dynamodb.DescribeTable({ TableName })).Table;
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/** A table takes one change at a time, and its time to live only when it is active. */
async function settle(request: StabilizeRequest): Promise<Stabilization> {
  const { clients, properties, physicalId: TableName } = request;
  const table = await describe(request, TableName);
  const indexes = table?.GlobalSecondaryIndexes ?? [];
  const active = ({ IndexStatus }: { IndexStatus?: string }) => IndexStatus === "ACTIVE";
  if (table?.TableStatus !== "ACTIVE" || !indexes.every(active)) return { ready: false };
  const change = request.operation === "update" ? nextTableUpdate(properties, table) : undefined;
  if (change) {
    await clients.dynamodb.UpdateTable({ TableName, ...change });
    return { ready: false };
  }
  const { TimeToLiveSpecification: ttl } = properties;
  const { TimeToLiveDescription: now } = await clients.dynamodb.DescribeTimeToLive({ TableName });
  const enabled = now?.TimeToLiveStatus?.startsWith("ENABL") ?? false;
  const wanted = ttl?.Enabled ?? ttl !== undefined;
  if (wanted !== enabled && (ttl || enabled))
    await clients.dynamodb.UpdateTimeToLive({
      TableName,
      TimeToLiveSpecification: {
        Enabled: wanted,
        AttributeName: ttl?.AttributeName ?? now?.AttributeName,
      },
    });
  return { ready: true };
}
