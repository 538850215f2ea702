import type { Operation } from "#services/kit/service.ts";
import { checkAclAllowed, describeAcl, readGrants } from "../access/acl.ts";
import { getDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { invalidRequest } from "../errors.ts";
import { buckets, everywhere } from "../records.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html */
export const putBucketAcl: Operation<"s3", "PutBucketAcl", S3State> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketAcl");
    const grants = readGrants(input, { owner: bucket.account, bucketOwner: bucket.account });
    if (!grants) throw invalidRequest("Missing required header for this request: x-amz-acl");
    const block = await getDocument(tx, bucket, "publicAccessBlock");
    checkAclAllowed(bucket, input, grants, block?.BlockPublicAcls ?? false);
    buckets.put(tx, everywhere, [bucket.name], { ...bucket, grants });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html */
export const getBucketAcl: Operation<"s3", "GetBucketAcl", S3State> = async (input, context) => {
  const { account, grants } = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "GetBucketAcl"),
  );
  return describeAcl(account, grants);
};
