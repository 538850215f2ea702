import type { TransitionDefaultMinimumObjectSize } from "@aws-sdk/client-s3";
import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { noSuchLifecycle } from "../errors.ts";
import { describeLifecycle, readLifecycle } from "../lifecycle/configuration.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html */
export const putBucketLifecycleConfiguration: Operation<
  "s3",
  "PutBucketLifecycleConfiguration",
  S3State
> = async (input, context) => {
  const minimum = input.TransitionDefaultMinimumObjectSize;
  const lifecycle = readLifecycle(input.LifecycleConfiguration, minimum, context.random);
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutLifecycleConfiguration");
    putDocument(tx, bucket, "lifecycle", lifecycle);
  });
  return {
    TransitionDefaultMinimumObjectSize:
      lifecycle.TransitionDefaultMinimumObjectSize as TransitionDefaultMinimumObjectSize,
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html */
export const getBucketLifecycleConfiguration: Operation<
  "s3",
  "GetBucketLifecycleConfiguration",
  S3State
> = (input, context) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetLifecycleConfiguration");
    const lifecycle = await getDocument(tx, bucket, "lifecycle");
    if (!lifecycle) throw noSuchLifecycle(bucket.name);
    return {
      Rules: describeLifecycle(lifecycle),
      TransitionDefaultMinimumObjectSize:
        lifecycle.TransitionDefaultMinimumObjectSize as TransitionDefaultMinimumObjectSize,
    };
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html */
export const deleteBucketLifecycle: Operation<"s3", "DeleteBucketLifecycle", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutLifecycleConfiguration");
    deleteDocument(tx, bucket, "lifecycle");
  });
  return {};
};
