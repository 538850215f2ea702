import type { Operation } from "#services/kit/service.ts";
import { isOwnerOnly, isPublicGrants, readGrants } from "../access/acl.ts";
import { refuseAnonymous } from "../access/anonymous.ts";
import { isBucketName } from "../buckets/bucket-name.ts";
import { putDocument } from "../buckets/documents.ts";
import {
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  illegalLocationConstraint,
  invalidBucketAclWithOwnership,
  invalidBucketName,
  invalidLocationConstraint,
  malformedXml,
  notImplementedHere,
  publicBucketAcl,
  tooManyBuckets,
} from "../errors.ts";
import { maxBucketsPerAccount } from "../limits.ts";
import { buckets, everywhere, type BucketRecord } from "../records.ts";
import type { S3Context, S3State } from "../state.ts";
import { readBucketTags } from "../tagging.ts";

/** Since April 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
const blockEverything = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export const createBucket: Operation<"s3", "CreateBucket", S3State> = async (input, context) => {
  refuseAnonymous(context);
  const { Bucket: name = "", CreateBucketConfiguration: configuration } = input;
  if (!isBucketName(name)) throw invalidBucketName(name);
  if (input.ObjectLockEnabledForBucket) throw notImplementedHere("Object Lock");
  if (input.BucketNamespace !== undefined && input.BucketNamespace !== "global")
    throw notImplementedHere("account regional namespaces");
  if (configuration?.Location || configuration?.Bucket)
    throw notImplementedHere("directory buckets");
  const region = chooseRegion(configuration?.LocationConstraint, context.region);
  const ownership = input.ObjectOwnership ?? "BucketOwnerEnforced";
  if (!/^(BucketOwnerEnforced|BucketOwnerPreferred|ObjectWriter)$/.test(ownership))
    throw malformedXml();
  const { account } = context;
  const bucket: BucketRecord = {
    name,
    account,
    region,
    createdMs: context.clock.now(),
    ownership,
  };
  const grants = readGrants(input, { owner: account, bucketOwner: account });
  // What grants nobody else anything is no ACL: Terraform asks for "private" of every bucket.
  if (grants && ownership === "BucketOwnerEnforced" && !isOwnerOnly(bucket, grants))
    throw invalidBucketAclWithOwnership();
  // Public access is blocked from the first moment.
  if (grants && isPublicGrants(grants)) throw publicBucketAcl();
  if (grants && ownership !== "BucketOwnerEnforced") bucket.grants = grants;
  if (configuration?.Tags?.length)
    bucket.tags = readBucketTags({ TagSet: configuration.Tags }, context.principal);
  await context.store.transaction(async (tx) => {
    const present = await buckets.get(tx, everywhere, name);
    if (present) return checkAgain(present, region, context);
    const owned = (await buckets.list(tx, everywhere)).filter((other) => other.account === account);
    if (owned.length >= maxBucketsPerAccount) throw tooManyBuckets();
    buckets.put(tx, everywhere, [name], bucket);
    putDocument(tx, bucket, "publicAccessBlock", blockEverything);
  });
  return { Location: region === "us-east-1" ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
};

/** In us-east-1 alone, creating one's own bucket again succeeds. */
function checkAgain(present: BucketRecord, region: string, { account }: S3Context): void {
  if (present.account !== account) throw bucketAlreadyExists(present.name);
  if (present.region !== "us-east-1" || region !== "us-east-1")
    throw bucketAlreadyOwnedByYou(present.name);
}

/**
 * The region of the bucket. Only us-east-1's endpoint, which is everybody's, makes buckets elsewhere.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html#API_CreateBucket_RequestBody
 */
function chooseRegion(constraint: string | undefined, region: string): string {
  // "EU" is the oldest name of eu-west-1.
  const wanted = constraint === "EU" ? "eu-west-1" : constraint || undefined;
  if (wanted === undefined) {
    if (region !== "us-east-1") throw illegalLocationConstraint(undefined);
    return region;
  }
  if (wanted === "us-east-1" || !/^[a-z]{2,3}(-[a-z]+)+-\d$/.test(wanted))
    throw wanted === "us-east-1" && region !== "us-east-1"
      ? illegalLocationConstraint(wanted)
      : invalidLocationConstraint(wanted);
  if (wanted !== region && region !== "us-east-1") throw illegalLocationConstraint(wanted);
  return wanted;
}
