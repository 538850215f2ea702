/** Seals values with a data key of KMS and opens them again. */
import { createCipheriv, createDecipheriv, timingSafeEqual } from "node:crypto";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { SecretsContext } from "./context.ts";
import { cannotDecrypt, cannotEncrypt, invalidParameter, invalidRequest } from "./errors.ts";
import { limits } from "./limits.ts";
import type { ValueRecord } from "./records.ts";

const defaultKey = "alias/aws/secretsmanager";
const nonceBytes = 12;
const tagBytes = 16;

/** Where a value is kept, and what asks KMS there. */
export type Keeper = Pick<SecretsContext, "account" | "region" | "clients" | "random">;

export interface Value {
  kind: "string" | "binary";
  bytes: Buffer;
}

interface Given {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}

/** Undefined when neither is given; throws when both are, or when it is too large. */
export function readValue({ SecretString, SecretBinary }: Given): Value | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value.",
    );
  const value: Value | undefined =
    SecretString !== undefined
      ? { kind: "string", bytes: Buffer.from(SecretString) }
      : SecretBinary && { kind: "binary", bytes: Buffer.from(SecretBinary) };
  if (value && value.bytes.length > limits.valueBytes)
    throw invalidParameter(
      `The secret value is ${value.bytes.length} bytes long; it can have ${limits.valueBytes} at most.`,
    );
  return value;
}

export function requireValue(given: Given): Value {
  const value = readValue(given);
  if (!value) throw invalidRequest("You must provide either SecretString or SecretBinary.");
  return value;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
export async function sealValue(
  context: Keeper,
  { arn, versionId, kmsKeyId }: { arn: string; versionId: string; kmsKeyId: string | undefined },
  { kind, bytes }: Value,
): Promise<ValueRecord> {
  const kms = context.clients.kms(asService(context, "secretsmanager.amazonaws.com", arn));
  const { Plaintext, CiphertextBlob, KeyId } = await kms
    .GenerateDataKey({
      KeyId: kmsKeyId ?? defaultKey,
      KeySpec: "AES_256",
      EncryptionContext: encryptionContext(arn, versionId),
    })
    .catch((error: unknown) => {
      if (error instanceof AwsError)
        throw cannotEncrypt(
          `Secrets Manager can't encrypt the protected secret text using the provided KMS key. ${error.message}`,
        );
      throw error;
    });
  const nonce = context.random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", Plaintext!, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  return { kind, sealed, dataKey: CiphertextBlob!, kmsKeyArn: KeyId! };
}

export async function openValue(
  context: Keeper,
  { arn, versionId }: { arn: string; versionId: string },
  { kind, sealed, dataKey }: ValueRecord,
): Promise<Value> {
  const kms = context.clients.kms(asService(context, "secretsmanager.amazonaws.com", arn));
  const { Plaintext } = await kms
    .Decrypt({ CiphertextBlob: dataKey, EncryptionContext: encryptionContext(arn, versionId) })
    .catch((error: unknown) => {
      if (error instanceof AwsError)
        throw cannotDecrypt(`Secrets Manager can't decrypt the secret value: ${error.message}`);
      throw error;
    });
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv("aes-256-gcm", Plaintext!, bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const body = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
  return { kind, bytes: Buffer.concat([body, decipher.final()]) };
}

export function isSame(a: Value, b: Value): boolean {
  return (
    a.kind === b.kind && a.bytes.length === b.bytes.length && timingSafeEqual(a.bytes, b.bytes)
  );
}

/** As GetSecretValue tells it. */
export function told({ kind, bytes }: Value) {
  return kind === "string" ? { SecretString: bytes.toString() } : { SecretBinary: bytes };
}

function encryptionContext(arn: string, versionId: string) {
  return { SecretARN: arn, SecretVersionId: versionId };
}
