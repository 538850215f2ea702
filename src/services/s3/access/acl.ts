/** Access control lists. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
import { hash } from "node:crypto";
import type { AccessControlPolicy, Grant as AwsGrant } from "@aws-sdk/client-s3";
import { anonymousPrincipal } from "#services/kit/principal.ts";
import {
  aclNotSupported,
  invalidArgument,
  malformedXml,
  notImplementedHere,
  accessDenied,
  invalidRequest,
} from "../errors.ts";
import type { BucketRecord, Grant } from "../records.ts";

export const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
export const authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const groups = [allUsers, authenticatedUsers, logDelivery];

/** Everybody without credentials is one owner to S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html */
const anonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

/** AWS gives every account a 64-digit id for S3; ours follows from the account's number. */
export function canonicalId(account: string): string {
  if (account === anonymousPrincipal.account) return anonymousId;
  return hash("sha256", `s3-canonical-user/${account}`, "hex");
}

export interface AclInput {
  ACL?: string | undefined;
  AccessControlPolicy?: AccessControlPolicy | undefined;
  GrantFullControl?: string | undefined;
  GrantRead?: string | undefined;
  GrantReadACP?: string | undefined;
  GrantWrite?: string | undefined;
  GrantWriteACP?: string | undefined;
}

const headerPermissions = {
  GrantFullControl: "FULL_CONTROL",
  GrantRead: "READ",
  GrantReadACP: "READ_ACP",
  GrantWrite: "WRITE",
  GrantWriteACP: "WRITE_ACP",
} as const;

export interface Owners {
  /** The account that owns what the list is for. */
  owner: string;
  bucketOwner: string;
}

/** The grants that a request asks for; undefined when it says nothing of access. */
export function readGrants(input: AclInput, owners: Owners): Grant[] | undefined {
  const headers = Object.entries(headerPermissions).flatMap(([member, permission]) => {
    const text = input[member as keyof typeof headerPermissions];
    return text === undefined
      ? []
      : parseGrantees(text).map((grantee) => ({ permission, grantee }));
  });
  if (input.ACL !== undefined && headers.length > 0)
    throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  if (input.AccessControlPolicy) {
    if (input.ACL !== undefined || headers.length > 0)
      throw invalidRequest(
        "This request does not support both an ACL in its headers and one in its body",
      );
    return readPolicyGrants(input.AccessControlPolicy);
  }
  if (headers.length > 0) return headers;
  return input.ACL === undefined ? undefined : cannedGrants(input.ACL, owners);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl */
function cannedGrants(name: string, { owner, bucketOwner }: Owners): Grant[] {
  const to = (id: string, permission: Grant["permission"]): Grant => ({
    permission,
    grantee: { id: canonicalId(id) },
  });
  const toGroup = (uri: string, permission: Grant["permission"]): Grant => ({
    permission,
    grantee: { uri },
  });
  const full = to(owner, "FULL_CONTROL");
  switch (name) {
    case "private":
      return [full];
    case "public-read":
      return [full, toGroup(allUsers, "READ")];
    case "public-read-write":
      return [full, toGroup(allUsers, "READ"), toGroup(allUsers, "WRITE")];
    case "authenticated-read":
      return [full, toGroup(authenticatedUsers, "READ")];
    case "bucket-owner-read":
      return owner === bucketOwner ? [full] : [full, to(bucketOwner, "READ")];
    case "bucket-owner-full-control":
      return owner === bucketOwner ? [full] : [full, to(bucketOwner, "FULL_CONTROL")];
    case "log-delivery-write":
      return [full, toGroup(logDelivery, "WRITE"), toGroup(logDelivery, "READ_ACP")];
    case "aws-exec-read":
      throw notImplementedHere("the canned ACL aws-exec-read");
    default:
      throw invalidArgument("", "x-amz-acl", name);
  }
}

function parseGrantees(text: string): Grant["grantee"][] {
  return text.split(",").map((item) => {
    const match = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/i.exec(item);
    if (!match) throw invalidArgument("Argument format not recognized", "x-amz-grant", item);
    const [, kind, value] = match as unknown as [string, string, string];
    if (kind.toLowerCase() === "emailaddress") throw notImplementedHere("grants by email address");
    return kind.toLowerCase() === "id" ? { id: value } : checkGroup(value);
  });
}

function checkGroup(uri: string): { uri: string } {
  if (!groups.includes(uri)) throw invalidArgument("Invalid group uri", "uri", uri);
  return { uri };
}

function readPolicyGrants({ Grants }: AccessControlPolicy): Grant[] {
  return (Grants ?? []).map(({ Grantee, Permission }) => {
    if (!Permission || !Grantee) throw malformedXml();
    if (!Object.values<string>(headerPermissions).includes(Permission)) throw malformedXml();
    if (Grantee.EmailAddress !== undefined) throw notImplementedHere("grants by email address");
    if (Grantee.URI !== undefined)
      return { permission: Permission, grantee: checkGroup(Grantee.URI) };
    if (Grantee.ID === undefined || !/^[0-9a-f]{64}$/.test(Grantee.ID))
      throw invalidArgument("Invalid id", "CanonicalUser/ID", Grantee.ID);
    return { permission: Permission, grantee: { id: Grantee.ID } };
  });
}

/** Throws where the bucket takes no lists, or no public ones. */
export function checkAclAllowed(
  bucket: BucketRecord,
  input: AclInput,
  grants: readonly Grant[] | undefined,
  blocksPublicAcls: boolean,
): void {
  if (!grants) return;
  const harmless = input.ACL === "private" || input.ACL === "bucket-owner-full-control";
  if (bucket.ownership === "BucketOwnerEnforced") {
    const allowed =
      input.ACL === undefined
        ? isOwnerOnly(bucket, grants)
        : input.ACL === "bucket-owner-full-control";
    if (!allowed) throw aclNotSupported();
    return;
  }
  if (blocksPublicAcls && !harmless && isPublicGrants(grants)) throw accessDenied();
}

export function isOwnerOnly({ account }: BucketRecord, grants: readonly Grant[]): boolean {
  const [only, ...others] = grants;
  return (
    others.length === 0 &&
    only?.permission === "FULL_CONTROL" &&
    "id" in only.grantee &&
    only.grantee.id === canonicalId(account)
  );
}

export function isPublicGrants(grants: readonly Grant[]): boolean {
  return grants.some(
    ({ grantee }) =>
      "uri" in grantee && (grantee.uri === allUsers || grantee.uri === authenticatedUsers),
  );
}

/** What GetBucketAcl and GetObjectAcl answer. */
export function describeAcl(owner: string, grants: readonly Grant[] | undefined) {
  const given = grants ?? cannedGrants("private", { owner, bucketOwner: owner });
  return {
    Owner: { ID: canonicalId(owner) },
    Grants: given.map(({ permission, grantee }): AwsGrant => ({
      Grantee:
        "id" in grantee
          ? { Type: "CanonicalUser", ID: grantee.id }
          : { Type: "Group", URI: grantee.uri },
      Permission: permission,
    })),
  };
}
