import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { Operation } from "#services/kit/service.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export const getBucketLocation: Operation<"s3", "GetBucketLocation", S3State> = async (
  input,
  context,
) => {
  const { region } = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "GetBucketLocation"),
  );
  // Buckets in us-east-1 have no constraint.
  return region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };
};
