import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { noSuchPublicAccessBlock } from "../errors.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
export const putPublicAccessBlock: Operation<"s3", "PutPublicAccessBlock", S3State> = async (
  input,
  context,
) => {
  const given = input.PublicAccessBlockConfiguration;
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketPublicAccessBlock");
    putDocument(tx, bucket, "publicAccessBlock", {
      BlockPublicAcls: given?.BlockPublicAcls ?? false,
      IgnorePublicAcls: given?.IgnorePublicAcls ?? false,
      BlockPublicPolicy: given?.BlockPublicPolicy ?? false,
      RestrictPublicBuckets: given?.RestrictPublicBuckets ?? false,
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
export const getPublicAccessBlock: Operation<"s3", "GetPublicAccessBlock", S3State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketPublicAccessBlock");
    const block = await getDocument(tx, bucket, "publicAccessBlock");
    if (!block) throw noSuchPublicAccessBlock(bucket.name);
    return { PublicAccessBlockConfiguration: block };
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html */
export const deletePublicAccessBlock: Operation<"s3", "DeletePublicAccessBlock", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketPublicAccessBlock");
    deleteDocument(tx, bucket, "publicAccessBlock");
  });
  return {};
};
