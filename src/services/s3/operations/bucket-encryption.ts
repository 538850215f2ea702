import type { ServerSideEncryptionConfiguration } from "@aws-sdk/client-s3";
import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { malformedXml, notImplementedHere } from "../errors.ts";
import type { S3State } from "../state.ts";

/** Every bucket has it since January 2023. https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
const standard: ServerSideEncryptionConfiguration = {
  Rules: [
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
      BucketKeyEnabled: false,
    },
  ],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
export const putBucketEncryption: Operation<"s3", "PutBucketEncryption", S3State> = async (
  input,
  context,
) => {
  const configuration = input.ServerSideEncryptionConfiguration;
  const [rule, ...others] = configuration?.Rules ?? [];
  if (!configuration || !rule || others.length > 0) throw malformedXml();
  const algorithm = rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  if (algorithm !== undefined && algorithm !== "AES256")
    throw notImplementedHere(`encryption with ${algorithm}`);
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutEncryptionConfiguration");
    putDocument(tx, bucket, "encryption", configuration);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html */
export const getBucketEncryption: Operation<"s3", "GetBucketEncryption", S3State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetEncryptionConfiguration");
    const configured = await getDocument(tx, bucket, "encryption");
    return { ServerSideEncryptionConfiguration: configured ?? standard };
  });

/** Sets the standard encryption back. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html */
export const deleteBucketEncryption: Operation<"s3", "DeleteBucketEncryption", S3State> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutEncryptionConfiguration");
    deleteDocument(tx, bucket, "encryption");
  });
  return {};
};
