/** Whether somebody from outside the bucket's account may do what they ask for. */
import type { Transaction } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import { everywhere, objects, type BucketRecord, type Grant } from "../records.ts";
import type { S3Context } from "../state.ts";
import { isAnonymous } from "./anonymous.ts";
import { allUsers, authenticatedUsers, canonicalId } from "./acl.ts";
import { decide, isPublic, type Policy, type Visitor } from "./policy.ts";

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
  const { principal, sourceIp, userAgent } = context;
  const { account, arn } = isAnonymous(context)
    ? { account: undefined, arn: undefined }
    : { account: context.account, arn: principal.arn };
  return mayVisit(tx, bucket, { account, arn, sourceIp, userAgent }, action, key);
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
    const arn = `arn:aws:s3:::${bucket.name}`;
    const resource = key === undefined ? arn : `${arn}/${key}`;
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
