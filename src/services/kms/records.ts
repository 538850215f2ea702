/** What AWS KMS keeps: keys with their material, aliases, grants. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import type { KeySpecName } from "./key-specs.ts";

export type KeyUsage = "ENCRYPT_DECRYPT" | "SIGN_VERIFY" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT";

export interface KeyRecord {
  /** A UUID, or "mrk-" and 32 hexadecimal digits. */
  keyId: string;
  arn: string;
  account: string;
  createdMs: number;
  description: string;
  spec: KeySpecName;
  usage: KeyUsage;
  /** AWS: made for a service at its first use, as alias/aws/s3. */
  manager: "CUSTOMER" | "AWS";
  multiRegion: boolean;
  enabled: boolean;
  /** When it goes for good, once that is scheduled. */
  deletionMs?: number;
  policy: string;
  tags: Tags;
  rotation?: { periodDays: number; nextMs: number };
  rotations: { dateMs: number; type: "AUTOMATIC" | "ON_DEMAND" }[];
  /**
   * Symmetric and HMAC keys: their bytes, the newest last, so that older ciphertexts open. Others:
   * one private key as PKCS #8 DER.
   */
  material: Uint8Array[];
  /** AWS_KMS where it is missing. */
  origin?: "EXTERNAL";
  /** Of imported material, also when it is gone: nothing else may be imported then. */
  materialId?: string;
  materialExpiresMs?: number;
  /** Of multi-Region keys: where its related keys are, itself among them. */
  regions?: { primary: string; replicas: string[] };
  /** It waits for its replicas to be deleted, and then so many days. */
  deletionWaitsDays?: number;
}

export type WrappingAlgorithm =
  | "RSAES_OAEP_SHA_1"
  | "RSAES_OAEP_SHA_256"
  | "RSA_AES_KEY_WRAP_SHA_1"
  | "RSA_AES_KEY_WRAP_SHA_256";

/** What unwraps key material. */
export interface ImportTokenRecord {
  /** PKCS #8 DER. */
  privateKey: Uint8Array;
  algorithm: WrappingAlgorithm;
  validToMs: number;
}

export interface AliasRecord {
  /** "alias/orders" */
  aliasName: string;
  keyId: string;
  createdMs: number;
  updatedMs: number;
}

export interface GrantRecord {
  grantId: string;
  keyId: string;
  name?: string;
  granteePrincipal: string;
  retiringPrincipal?: string;
  operations: string[];
  constraints?: {
    EncryptionContextSubset?: Record<string, string>;
    EncryptionContextEquals?: Record<string, string>;
  };
  issuingAccount: string;
  createdMs: number;
  token: string;
}

export const keys = collection<KeyRecord>("kms", "key");
/** By name. */
export const aliases = collection<AliasRecord>("kms", "alias");
/** By key id, then grant id. */
export const grants = collection<GrantRecord>("kms", "grant");
/** By key id and token. */
export const importTokens = collection<ImportTokenRecord>("kms", "import-token");
