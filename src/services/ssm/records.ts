/** What Systems Manager keeps, per account and region. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export type ParameterType = "String" | "StringList" | "SecureString";

export interface ParameterVersion {
  version: number;
  type: ParameterType;
  /** A SecureString's value is kept encrypted by KMS, in base 64. */
  value: string;
  keyId?: string;
  description?: string;
  allowedPattern?: string;
  dataType: string;
  tier: "Standard" | "Advanced";
  policies: ParameterPolicy[];
  labels: string[];
  modifiedMs: number;
  modifiedBy: string;
}

export interface ParameterPolicy {
  type: "Expiration" | "ExpirationNotification" | "NoChangeNotification";
  /** The policy as it was given. */
  text: string;
  /** When an Expiration deletes the parameter. */
  expiresMs?: number;
  /** How long before the expiration, or after the last change, a notification tells. */
  spanMs?: number;
  /** It has done what it asks for. */
  done?: true;
}

/** A parameter with its newest version; older ones are records of their own. */
export interface ParameterRecord {
  name: string;
  tags: Tags;
  current: ParameterVersion;
}

/** By name. */
export const parameters = collection<ParameterRecord>("ssm", "parameter");
/** By name and version; the current version is not among them. */
export const oldVersions = collection<ParameterVersion>("ssm", "parameter-version");
