import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { noSuchWebsite } from "../errors.ts";
import type { S3State } from "../state.ts";
import { readWebsite } from "../website/configuration.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html */
export const putBucketWebsite: Operation<"s3", "PutBucketWebsite", S3State> = async (
  input,
  context,
) => {
  const website = readWebsite(input.WebsiteConfiguration);
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketWebsite");
    putDocument(tx, bucket, "website", website);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html */
export const getBucketWebsite: Operation<"s3", "GetBucketWebsite", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketWebsite");
    const website = await getDocument(tx, bucket, "website");
    if (!website) throw noSuchWebsite(bucket.name);
    return website;
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html */
export const deleteBucketWebsite: Operation<"s3", "DeleteBucketWebsite", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "DeleteBucketWebsite");
    deleteDocument(tx, bucket, "website");
  });
  return {};
};
