/** Whose a new object is, and who else may use it. */
import type { Transaction } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import type { BucketRecord, Grant } from "../records.ts";
import type { S3Context } from "../state.ts";
import { checkAclAllowed, readGrants, type AclInput } from "./acl.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
export function ownerOf({ account }: S3Context, bucket: BucketRecord, { ACL }: AclInput): string {
  if (bucket.ownership === "BucketOwnerEnforced") return bucket.account;
  const yielded =
    bucket.ownership === "BucketOwnerPreferred" && ACL === "bucket-owner-full-control";
  return yielded ? bucket.account : account;
}

/** The grants that an upload asks for; undefined when they are the usual ones. */
export async function grantsFor(
  tx: Transaction,
  context: S3Context,
  bucket: BucketRecord,
  input: AclInput,
): Promise<Grant[] | undefined> {
  const owner = ownerOf(context, bucket, input);
  const grants = readGrants(input, { owner, bucketOwner: bucket.account });
  if (!grants) return undefined;
  const block = await getDocument(tx, bucket, "publicAccessBlock");
  checkAclAllowed(bucket, input, grants, block?.BlockPublicAcls ?? false);
  return bucket.ownership === "BucketOwnerEnforced" ? undefined : grants;
}
