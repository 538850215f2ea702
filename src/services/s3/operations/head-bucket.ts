import type { Operation } from "#services/kit/service.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export const headBucket: Operation<"s3", "HeadBucket", S3State> = async (input, context) => {
  const bucket = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "ListBucket"),
  );
  return {
    BucketRegion: bucket.region,
    BucketArn: `arn:aws:s3:::${bucket.name}`,
    AccessPointAlias: false,
  };
};
