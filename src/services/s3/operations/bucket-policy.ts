import type { Operation } from "#services/kit/service.ts";
import { isPublic, parsePolicy } from "../access/policy.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { accessDenied, noSuchBucketPolicy } from "../errors.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
export const putBucketPolicy: Operation<"s3", "PutBucketPolicy", S3State> = async (
  input,
  context,
) => {
  const text = input.Policy ?? "";
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketPolicy");
    const policy = parsePolicy(text, bucket.name);
    const block = await getDocument(tx, bucket, "publicAccessBlock");
    if (block?.BlockPublicPolicy && isPublic(policy)) throw accessDenied();
    putDocument(tx, bucket, "policy", text);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
export const getBucketPolicy: Operation<"s3", "GetBucketPolicy", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketPolicy");
    const Policy = await getDocument(tx, bucket, "policy");
    if (Policy === undefined) throw noSuchBucketPolicy(bucket.name);
    return { Policy };
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
export const deleteBucketPolicy: Operation<"s3", "DeleteBucketPolicy", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "DeleteBucketPolicy");
    deleteDocument(tx, bucket, "policy");
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
export const getBucketPolicyStatus: Operation<"s3", "GetBucketPolicyStatus", S3State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketPolicyStatus");
    const text = await getDocument(tx, bucket, "policy");
    if (text === undefined) throw noSuchBucketPolicy(bucket.name);
    return { PolicyStatus: { IsPublic: isPublic(parsePolicy(text, bucket.name)) } };
  });
