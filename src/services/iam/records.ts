/**
 * What IAM keeps, per account under the region "global". Names are unique without regard to case, so
 * the lower-case name is the id; names in lists inside records are lower-case ids too.
 */
import { collection, type Scope } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

interface Named {
  name: string;
  /** "/" or "/team/web/" */
  path: string;
  /** AIDA…, AROA…, AGPA…, ANPA…, AIPA… */
  id: string;
  createdMs: number;
  tags: Tags;
}

/** What users, groups and roles share: they can hold policies. */
export interface PolicyHolder extends Named {
  /** Inline policies: name to document. */
  inline: Record<string, string>;
  /** ARNs of attached managed policies, in the order of their attachment. */
  attached: string[];
}

export interface UserRecord extends PolicyHolder {
  permissionsBoundary?: string;
  loginProfile?: { createdMs: number; resetRequired: boolean };
}

export interface GroupRecord extends PolicyHolder {
  members: string[];
}

export interface RoleRecord extends PolicyHolder {
  trustPolicy: string;
  maxSessionSeconds: number;
  description?: string;
  permissionsBoundary?: string;
  /** "autoscaling.amazonaws.com": the service for which a service-linked role was made. */
  linkedService?: string;
}

export interface PolicyVersion {
  /** 1 for "v1". */
  number: number;
  document: string;
  createdMs: number;
}

export interface PolicyRecord extends Named {
  description?: string;
  updatedMs: number;
  /** Oldest first. */
  versions: PolicyVersion[];
  defaultVersion: number;
  latestVersion: number;
}

export interface InstanceProfileRecord extends Named {
  role?: string;
}

export interface AccessKeyRecord {
  accessKeyId: string;
  secretAccessKey: string;
  /** Undefined for a key of the account's root. */
  user?: string;
  active: boolean;
  createdMs: number;
}

export interface PasswordPolicyRecord {
  minimumLength: number;
  requireSymbols: boolean;
  requireNumbers: boolean;
  requireUppercase: boolean;
  requireLowercase: boolean;
  allowChange: boolean;
  maxAgeDays?: number;
  reusePrevention?: number;
  hardExpiry?: boolean;
}

export interface AccountRecord {
  alias?: string;
  passwordPolicy?: PasswordPolicyRecord;
}

export const users = collection<UserRecord>("iam", "user");
export const groups = collection<GroupRecord>("iam", "group");
export const roles = collection<RoleRecord>("iam", "role");
export const policies = collection<PolicyRecord>("iam", "policy");
export const instanceProfiles = collection<InstanceProfileRecord>("iam", "instance-profile");
export const accessKeys = collection<AccessKeyRecord>("iam", "access-key");
/** One record per account, with no id. */
export const accounts = collection<AccountRecord>("iam", "account");

/** IAM is one for all regions. */
export function globalScope({ account }: { account: string }): Scope {
  return { account, region: "global" };
}

export function idOf(name: string): string {
  return name.toLowerCase();
}
