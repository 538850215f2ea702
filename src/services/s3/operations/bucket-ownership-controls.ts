import type { Operation } from "#services/kit/service.ts";
import { isPublicGrants } from "../access/acl.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { invalidBucketAclWithOwnership, malformedXml, noSuchOwnershipControls } from "../errors.ts";
import { buckets, everywhere } from "../records.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
export const putBucketOwnershipControls: Operation<
  "s3",
  "PutBucketOwnershipControls",
  S3State
> = async (input, context) => {
  const [rule, ...others] = input.OwnershipControls?.Rules ?? [];
  const ownership = rule?.ObjectOwnership;
  if (!ownership || others.length > 0) throw malformedXml();
  if (!/^(BucketOwnerEnforced|BucketOwnerPreferred|ObjectWriter)$/.test(ownership))
    throw malformedXml();
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketOwnershipControls");
    if (ownership === "BucketOwnerEnforced" && isPublicGrants(bucket.grants ?? []))
      throw invalidBucketAclWithOwnership();
    buckets.put(tx, everywhere, [bucket.name], { ...bucket, ownership });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
export const getBucketOwnershipControls: Operation<
  "s3",
  "GetBucketOwnershipControls",
  S3State
> = async (input, context) => {
  const { name, ownership } = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "GetBucketOwnershipControls"),
  );
  if (!ownership) throw noSuchOwnershipControls(name);
  return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html */
export const deleteBucketOwnershipControls: Operation<
  "s3",
  "DeleteBucketOwnershipControls",
  S3State
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { ownership: _, ...bucket } = await findBucket(
      tx,
      context,
      input,
      "PutBucketOwnershipControls",
    );
    buckets.put(tx, everywhere, [bucket.name], bucket);
  });
  return {};
};
