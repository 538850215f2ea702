import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { readCors } from "../cors/rules.ts";
import { noSuchCors } from "../errors.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
export const putBucketCors: Operation<"s3", "PutBucketCors", S3State> = async (input, context) => {
  const cors = readCors(input.CORSConfiguration);
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketCORS");
    putDocument(tx, bucket, "cors", cors);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
export const getBucketCors: Operation<"s3", "GetBucketCors", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketCORS");
    const cors = await getDocument(tx, bucket, "cors");
    if (!cors) throw noSuchCors(bucket.name);
    return cors;
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
export const deleteBucketCors: Operation<"s3", "DeleteBucketCors", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketCORS");
    deleteDocument(tx, bucket, "cors");
  });
  return {};
};
