/** Finds the bucket of a request, and asks whether its caller may do what it wants. */
import type { Transaction } from "#store/store.ts";
import { accessDenied, noSuchBucket, permanentRedirect } from "../errors.ts";
import { isDenied, mayAccess, type Action } from "../access/may-access.ts";
import { buckets, everywhere, type BucketRecord } from "../records.ts";
import type { S3Context } from "../state.ts";

export interface BucketInput {
  Bucket: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket, for an action that IAM would name "s3:ACTION" on it or on one of its objects. Throws
 * NoSuchBucket, PermanentRedirect (the bucket lies in another region) or AccessDenied.
 */
export async function findBucket(
  tx: Transaction,
  context: S3Context,
  input: BucketInput,
  action: Action,
  key?: string,
): Promise<BucketRecord> {
  const bucket = await reachBucket(tx, context, input, action);
  await requireAccess(tx, context, bucket, action, key);
  return bucket;
}

/** As `findBucket`, without asking whether the caller may: for requests that are about several keys. */
export async function reachBucket(
  tx: Transaction,
  context: S3Context,
  { Bucket: name = "", ExpectedBucketOwner: expected }: BucketInput,
  action: Action,
): Promise<BucketRecord> {
  const bucket = buckets.view(tx, everywhere, name);
  if (!bucket) throw noSuchBucket(name);
  // Links that name no region, unsigned or of Signature Version 2, reach a bucket wherever it is.
  const elsewhere = bucket.region !== context.region && context.isRegionAssumed !== true;
  if (elsewhere && !anyRegion.has(action)) throw permanentRedirect(name, bucket.region);
  if (expected !== undefined && expected !== bucket.account) throw accessDenied();
  return bucket;
}

/** Throws AccessDenied. */
export async function requireAccess(
  tx: Transaction,
  context: S3Context,
  bucket: BucketRecord,
  action: Action,
  key?: string,
): Promise<void> {
  const allowed =
    bucket.account === context.account
      ? !(await isDenied(tx, context, bucket, action, key))
      : await mayAccess(tx, context, bucket, action, key);
  if (!allowed) throw accessDenied();
}

/** Answered wherever it is asked. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
const anyRegion = new Set<Action>(["GetBucketLocation"]);
