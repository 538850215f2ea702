/** What Secrets Manager keeps: secrets and their versions, values sealed with a key of KMS. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface SecretRecord {
  name: string;
  arn: string;
  description?: string;
  /** As the user gave it; undefined for aws/secretsmanager. */
  kmsKeyId?: string;
  type?: string;
  createdMs: number;
  changedMs: number;
  /** The beginning of the day on which a value was last read. */
  accessedMs?: number;
  /** When it goes for good. */
  deletionMs?: number;
  /** When its deletion was asked for. */
  deletedMs?: number;
  tags: Tags;
  policy?: string;
  /** By id, in order of creation. */
  versions: Record<string, VersionFacts>;
  owningService?: string;
  /** Of secrets that have replicas or are one. */
  primaryRegion?: string;
  /** Of primaries. */
  replicas?: Replica[];
  rotation?: RotationRecord;
  /** A rotation under way. */
  rotating?: RotatingRecord;
}

export interface RotationRecord {
  lambdaArn: string;
  enabled: boolean;
  /** One of these says how often. */
  days?: number;
  schedule?: string;
  /** How long the window of a rotation is: kept and shown. */
  duration?: string;
  nextMs?: number | undefined;
  lastMs?: number;
}

export interface RotatingRecord {
  versionId: string;
  /** Of the four steps, the one that is next. */
  step: number;
  attempts: number;
  retryMs?: number;
  /** Only the function is tried, with its step testSecret; nothing is rotated. */
  only?: "test";
}

export interface Replica {
  region: string;
  /** As the user gave it; undefined for that Region's aws/secretsmanager. */
  kmsKeyId?: string;
  /** A secret of the same name there gives way. */
  force?: true;
  status: "InProgress" | "InSync" | "Failed";
  message?: string;
}

export interface VersionFacts {
  createdMs: number;
  stages: string[];
  accessedMs?: number;
}

export interface ValueRecord {
  /** The data key, encrypted by KMS. */
  dataKey: Uint8Array;
  /** Nonce, sealed value, tag. */
  sealed: Uint8Array;
  kind: "string" | "binary";
  kmsKeyArn: string;
}

/** By name. */
export const secrets = collection<SecretRecord>("secretsmanager", "secret");
/** By ARN and version id, so that a secret made anew under a name has none of the old values. */
export const values = collection<ValueRecord>("secretsmanager", "value");
