/** Questions about features that cannot be configured here: the answers of a bucket that never had them. */
import type { Operation, Operations } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { noSuchConfiguration, noSuchObjectLock, noSuchReplication } from "../errors.ts";
import type { S3Context, S3State } from "../state.ts";

const find = (input: Input<"s3", "GetBucketLogging">, context: S3Context, action: string) =>
  context.store.transaction((tx) => findBucket(tx, context, input, action));

export const getBucketAccelerateConfiguration: Operation<
  "s3",
  "GetBucketAccelerateConfiguration",
  S3State
> = async (input, context) => {
  await find(input, context, "GetAccelerateConfiguration");
  return {};
};

export const getBucketLogging: Operation<"s3", "GetBucketLogging", S3State> = async (
  input,
  context,
) => {
  await find(input, context, "GetBucketLogging");
  return {};
};

export const getBucketRequestPayment: Operation<"s3", "GetBucketRequestPayment", S3State> = async (
  input,
  context,
) => {
  await find(input, context, "GetBucketRequestPayment");
  return { Payer: "BucketOwner" };
};

export const getBucketReplication: Operation<"s3", "GetBucketReplication", S3State> = async (
  input,
  context,
) => {
  const { name } = await find(input, context, "GetReplicationConfiguration");
  throw noSuchReplication(name);
};

export const getObjectLockConfiguration: Operation<
  "s3",
  "GetObjectLockConfiguration",
  S3State
> = async (input, context) => {
  const { name } = await find(input, context, "GetBucketObjectLockConfiguration");
  throw noSuchObjectLock(name);
};

type OfBucket = Pick<Input<"s3", "GetBucketLogging">, "Bucket" | "ExpectedBucketOwner">;

const none = (action: string) => async (input: OfBucket, context: S3Context) => {
  await find(input, context, action);
  return { IsTruncated: false };
};

const noSuch = (action: string) => async (input: OfBucket, context: S3Context) => {
  const { name } = await find(input, context, action);
  throw noSuchConfiguration(name);
};

/** Of configurations that a bucket may have many of it has none: those that would make them are not implemented. */
export const namedConfigurationOperations: Operations<"s3", S3State> = {
  GetBucketAnalyticsConfiguration: noSuch("GetAnalyticsConfiguration"),
  GetBucketIntelligentTieringConfiguration: noSuch("GetIntelligentTieringConfiguration"),
  GetBucketInventoryConfiguration: noSuch("GetInventoryConfiguration"),
  GetBucketMetricsConfiguration: noSuch("GetMetricsConfiguration"),
  ListBucketAnalyticsConfigurations: none("GetAnalyticsConfiguration"),
  ListBucketIntelligentTieringConfigurations: none("GetIntelligentTieringConfiguration"),
  ListBucketInventoryConfigurations: none("GetInventoryConfiguration"),
  ListBucketMetricsConfigurations: none("GetMetricsConfiguration"),
};
