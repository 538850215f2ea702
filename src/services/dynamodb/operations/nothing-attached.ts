/** What tells that a table has neither contributor insights nor streams of Kinesis: neither is switched on here. */
import type { Operation } from "#services/kit/service.ts";
import { resourceNotFound } from "../errors.ts";
import type { DynamoState } from "../state.ts";
import { findTable } from "../tables/find.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html */
export const describeContributorInsights: Operation<
  "dynamodb",
  "DescribeContributorInsights",
  DynamoState
> = async ({ TableName, IndexName }, context) => {
  const { table } = await context.store.transaction((tx) => findTable(tx, TableName, context));
  if (
    IndexName !== undefined &&
    !table.indexes.some(({ name, kind }) => name === IndexName && kind === "global")
  )
    throw resourceNotFound();
  return { TableName: table.name, IndexName, ContributorInsightsStatus: "DISABLED" };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeKinesisStreamingDestination.html */
export const describeKinesisStreamingDestination: Operation<
  "dynamodb",
  "DescribeKinesisStreamingDestination",
  DynamoState
> = async ({ TableName }, context) => {
  const { table } = await context.store.transaction((tx) => findTable(tx, TableName, context));
  return { TableName: table.name, KinesisDataStreamDestinations: [] };
};
