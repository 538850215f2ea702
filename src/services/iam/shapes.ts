/** Records as the API shows them. */
import { dateOf } from "#runtime/date.ts";
import { tagsToList, type Tags } from "#services/kit/tags.ts";
import { arnOf, type IamContext } from "./context.ts";
import { encodeDocument } from "./policy/document.ts";
import type {
  GroupRecord,
  InstanceProfileRecord,
  PolicyRecord,
  PolicyVersion,
  RoleRecord,
  UserRecord,
} from "./records.ts";

type At = Pick<IamContext, "account" | "region">;

/** Lists leave tags and boundaries out; AWS says so on the pages of ListUsers, ListRoles and their like. */
export function userShape(at: At, user: UserRecord) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: arnOf(at, "user", user),
    CreateDate: dateOf(user.createdMs),
  };
}

export function groupShape(at: At, group: GroupRecord) {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: arnOf(at, "group", group),
    CreateDate: dateOf(group.createdMs),
  };
}

export function roleShape(at: At, role: RoleRecord) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(at, "role", role),
    CreateDate: dateOf(role.createdMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

export function policyShape(at: At, policy: PolicyRecord, attachments: number) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arnOf(at, "policy", policy),
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: attachments,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: dateOf(policy.createdMs),
    UpdateDate: dateOf(policy.updatedMs),
  };
}

export function versionShape(policy: PolicyRecord, version: PolicyVersion) {
  return {
    VersionId: `v${version.number}`,
    IsDefaultVersion: version.number === policy.defaultVersion,
    CreateDate: dateOf(version.createdMs),
  };
}

export function instanceProfileShape(
  at: At,
  profile: InstanceProfileRecord,
  role: RoleRecord | undefined,
) {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: arnOf(at, "instance-profile", profile),
    CreateDate: dateOf(profile.createdMs),
    Roles: role ? [roleShape(at, role)] : [],
  };
}

/** What single users and roles show beside the members that lists show. */
export function detailShape(holder: { permissionsBoundary?: string; tags: Tags }) {
  return { ...boundaryShape(holder.permissionsBoundary), ...tagsShape(holder.tags) };
}

function boundaryShape(arn: string | undefined) {
  if (arn === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: "PermissionsBoundaryPolicy" as const,
      PermissionsBoundaryArn: arn,
    },
  };
}

/** Tags as a shape's member, left out when there are none. */
export function tagsShape(tags: Tags) {
  return Object.keys(tags).length > 0 ? { Tags: tagsToList(tags) } : {};
}
