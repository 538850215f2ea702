/** Tables and global indexes. https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-dynamodb.html */
import type { ProvisionedThroughputDescription } from "@aws-sdk/client-dynamodb";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { validation } from "../errors.ts";
import type { TargetName } from "../records.ts";
import type { ResourceContext, ScalableResource, Standing } from "./scalable-resource.ts";

const tableId = /^table\/([a-zA-Z0-9_.-]+)$/;
const indexId = /^table\/([a-zA-Z0-9_.-]+)\/index\/([a-zA-Z0-9_.-]+)$/;

const noun = (dimension: string) =>
  isRead(dimension) ? "read capacity units" : "write capacity units";

export const dynamoTables: ScalableResource = {
  dimensions: ["dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"],
  resourceId: tableId,
  noun,
  defaultCooldownSeconds: 0,
  read,
  async write(context, name, capacity) {
    const { table, throughput } = await describe(context, name);
    await clientOf(context).UpdateTable({
      TableName: table,
      ProvisionedThroughput: changed(throughput, name.dimension, capacity),
    });
  },
};

export const dynamoIndexes: ScalableResource = {
  dimensions: ["dynamodb:index:ReadCapacityUnits", "dynamodb:index:WriteCapacityUnits"],
  resourceId: indexId,
  noun,
  defaultCooldownSeconds: 0,
  read,
  async write(context, name, capacity) {
    const { table, index, throughput } = await describe(context, name);
    await clientOf(context).UpdateTable({
      TableName: table,
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: index!,
            ProvisionedThroughput: changed(throughput, name.dimension, capacity),
          },
        },
      ],
    });
  },
};

async function read(context: ResourceContext, name: TargetName): Promise<Standing> {
  const { throughput, changing } = await describe(context, name);
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = throughput;
  return { capacity: isRead(name.dimension) ? ReadCapacityUnits : WriteCapacityUnits, changing };
}

const isRead = (dimension: string) => dimension.endsWith(":ReadCapacityUnits");

/** UpdateTable takes both numbers; the other one stays. */
function changed(
  { ReadCapacityUnits = 1, WriteCapacityUnits = 1 }: ProvisionedThroughputDescription,
  dimension: string,
  capacity: number,
) {
  return isRead(dimension)
    ? { ReadCapacityUnits: capacity, WriteCapacityUnits }
    : { ReadCapacityUnits, WriteCapacityUnits: capacity };
}

function clientOf({ env, scope }: ResourceContext) {
  return env.clients.dynamodb(asService(scope, "dynamodb.application-autoscaling.amazonaws.com"));
}

/** The table and the index of a resource id. */
export function dynamoNames(resourceId: string): { table: string; index?: string } {
  const [, table, index] = indexId.exec(resourceId) ?? tableId.exec(resourceId) ?? [];
  return { table: table ?? "", ...(index !== undefined && { index }) };
}

async function describe(context: ResourceContext, { resourceId }: TargetName) {
  const { table, index } = dynamoNames(resourceId);
  try {
    const { Table } = await clientOf(context).DescribeTable({ TableName: table });
    if (Table?.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST")
      throw validation(`DynamoDB table is not in provisioned mode: ${resourceId}`);
    const of =
      index === undefined
        ? Table
        : Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === index);
    if (!of) throw validation(`DynamoDB index does not exist: ${resourceId}`);
    return {
      table,
      index,
      throughput: of.ProvisionedThroughput ?? {},
      changing: Table!.TableStatus !== "ACTIVE",
    };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
    throw validation(`DynamoDB table does not exist: ${resourceId}`);
  }
}
