import type { Operation } from "#services/kit/service.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { noSuchTagSet } from "../errors.ts";
import { buckets, everywhere } from "../records.ts";
import type { S3State } from "../state.ts";
import { readBucketTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export const putBucketTagging: Operation<"s3", "PutBucketTagging", S3State> = async (
  input,
  context,
) => {
  const tags = readBucketTags(input.Tagging, context.principal);
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketTagging");
    buckets.put(tx, everywhere, [bucket.name], { ...bucket, tags });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
export const getBucketTagging: Operation<"s3", "GetBucketTagging", S3State> = async (
  input,
  context,
) => {
  const { name, tags } = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "GetBucketTagging"),
  );
  if (!tags || Object.keys(tags).length === 0) throw noSuchTagSet(name);
  return { TagSet: tagsToList(tags) };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
export const deleteBucketTagging: Operation<"s3", "DeleteBucketTagging", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { tags: _, ...bucket } = await findBucket(tx, context, input, "PutBucketTagging");
    buckets.put(tx, everywhere, [bucket.name], bucket);
  });
  return {};
};
