/** Whether somebody from outside the bucket's account may do what they ask for. */
import type { Transaction } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import { everywhere, objects, type BucketRecord, type Grant } from "../records.ts";
import type { S3Context } from "../state.ts";
import { isAnonymous } from "./anonymous.ts";
import { allUsers, authenticatedUsers, canonicalId } from "./acl.ts";
import { decide, denies, isPublic, type Policy, type Visitor } from "./policy.ts";

/** What IAM puts behind "s3:". */
export type Action = string;

/** The ACL permission that stands for an action on a bucket, and on an object. */
const bucketPermissions: Readonly<Record<Action, Grant["permission"]>> = {
  ListBucket: "READ",
  ListBucketVersions: "READ",
  ListBucketMultipartUploads: "READ",
  PutObject: "WRITE",
  DeleteObject: "WRITE",
  GetBucketAcl: "READ_ACP",
  PutBucketAcl: "WRITE_ACP",
};
const objectPermissions: Readonly<Record<Action, Grant["permission"]>> = {
  GetObject: "READ",
  GetObjectVersion: "READ",
  GetObjectAttributes: "READ",
  GetObjectAcl: "READ_ACP",
  PutObjectAcl: "WRITE_ACP",
};

export function mayAccess(
  tx: Transaction,
  context: S3Context,
  bucket: BucketRecord,
  action: Action,
  key: string | undefined,
): Promise<boolean> {
  return mayVisit(tx, bucket, visitorOf(context), action, key);
}

/**
 * The bucket's own account may do what the policy does not deny. Services that act for it may, and
 * its root can always repair the policy that shut it out.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export async function isDenied(
  tx: Transaction,
  context: S3Context,
  bucket: BucketRecord,
  action: Action,
  key: string | undefined,
): Promise<boolean> {
  const { type } = context.principal;
  if (type === "service" || (type === "root" && /^(Get|Put|Delete)BucketPolicy$/.test(action)))
    return false;
  const text = await getDocument(tx, bucket, "policy");
  if (text === undefined) return false;
  const request = { action: `s3:${action}`, resource: resourceOf(bucket, key) };
  return denies(JSON.parse(text) as Policy, visitorOf(context), request);
}

function visitorOf(context: S3Context): Visitor {
  const { account, principal, sourceIp, userAgent } = context;
  // What AWS has clients encrypt does not leave this machine, or its users' own tunnel.
  const how = { sourceIp, userAgent, secureTransport: true };
  return isAnonymous(context)
    ? { account: undefined, arn: undefined, ...how }
    : { account, arn: principal.arn, ...how };
}

function resourceOf({ name }: BucketRecord, key: string | undefined): string {
  return key === undefined ? `arn:aws:s3:::${name}` : `arn:aws:s3:::${name}/${key}`;
}

/** Policy first: a Deny ends it, an Allow suffices. Then the access control lists, where they count. */
export async function mayVisit(
  tx: Transaction,
  bucket: BucketRecord,
  visitor: Visitor,
  action: Action,
  key: string | undefined,
): Promise<boolean> {
  const block = await getDocument(tx, bucket, "publicAccessBlock");
  const policyText = await getDocument(tx, bucket, "policy");
  if (policyText !== undefined) {
    const policy = JSON.parse(policyText) as Policy;
    const resource = resourceOf(bucket, key);
    const decision = decide(policy, visitor, { action: `s3:${action}`, resource });
    if (decision === "Deny") return false;
    if (decision === "Allow" && !(block?.RestrictPublicBuckets && isPublic(policy))) return true;
  }
  if (bucket.ownership === "BucketOwnerEnforced") return false;
  const onBucket = bucketPermissions[action];
  if (onBucket) return grants(bucket.grants, onBucket, visitor, block?.IgnorePublicAcls);
  const onObject = objectPermissions[action];
  if (!onObject || key === undefined) return false;
  const record = await objects.get(tx, everywhere, bucket.name, key);
  if (!record) return false;
  if (record.owner === visitor.account) return true;
  return grants(record.grants, onObject, visitor, block?.IgnorePublicAcls);
}

function grants(
  given: readonly Grant[] | undefined,
  permission: Grant["permission"],
  { account }: Visitor,
  ignorePublic: boolean | undefined,
): boolean {
  return (given ?? []).some(({ permission: granted, grantee }) => {
    if (granted !== "FULL_CONTROL" && granted !== permission) return false;
    if ("id" in grantee) return account !== undefined && grantee.id === canonicalId(account);
    if (ignorePublic) return false;
    return (
      grantee.uri === allUsers || (grantee.uri === authenticatedUsers && account !== undefined)
    );
  });
}
