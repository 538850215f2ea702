import type { Operation } from "#services/kit/service.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { malformedXml, notImplementedHere } from "../errors.ts";
import { buckets, everywhere } from "../records.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export const putBucketVersioning: Operation<"s3", "PutBucketVersioning", S3State> = async (
  input,
  context,
) => {
  const { Status, MFADelete } = input.VersioningConfiguration ?? {};
  if (MFADelete === "Enabled" || input.MFA !== undefined) throw notImplementedHere("MFA delete");
  if (Status !== "Enabled" && Status !== "Suspended") throw malformedXml();
  await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutBucketVersioning");
    buckets.put(tx, everywhere, [bucket.name], { ...bucket, versioning: Status });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export const getBucketVersioning: Operation<"s3", "GetBucketVersioning", S3State> = async (
  input,
  context,
) => {
  const { versioning } = await context.store.transaction((tx) =>
    findBucket(tx, context, input, "GetBucketVersioning"),
  );
  return versioning ? { Status: versioning } : {};
};
