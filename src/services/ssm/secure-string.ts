/** Encrypts SecureString values with keys of KMS, bound to their parameter. https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { SsmContext } from "./context.ts";
import { invalidKeyId } from "./errors.ts";

/** What AWS makes for Parameter Store in every account. */
export const defaultKeyId = "alias/aws/ssm";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** First byte of a value that a data key sealed; KMS's own ciphertexts begin otherwise. */
const envelopeMark = 0xfe;

/** KMS's refusals, as Parameter Store passes them on. */
async function withKey<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsError) throw invalidKeyId(error.message);
    throw error;
  }
}

const kmsOf = (context: SsmContext) => context.clients.kms(asService(context, "ssm.amazonaws.com"));
const contextFor = (parameterArn: string) => ({ PARAMETER_ARN: parameterArn });

/**
 * The ciphertext in base 64. Standard parameters are encrypted by KMS itself, advanced ones, whose
 * values are longer than KMS takes, with a data key. Throws InvalidKeyId for a key that cannot be used.
 */
export async function seal(
  context: SsmContext,
  { keyId, arn, advanced }: { keyId: string; arn: string; advanced: boolean },
  value: string,
): Promise<string> {
  const kms = kmsOf(context);
  const EncryptionContext = contextFor(arn);
  if (!advanced) {
    const { CiphertextBlob: sealed } = await withKey(
      kms.Encrypt({ KeyId: keyId, Plaintext: Buffer.from(value), EncryptionContext }),
    );
    return Buffer.from(sealed!).toString("base64");
  }
  const { Plaintext: key, CiphertextBlob: sealedKey } = await withKey(
    kms.GenerateDataKey({ KeyId: keyId, KeySpec: "AES_256", EncryptionContext }),
  );
  const nonce = Buffer.from(context.random.bytes(nonceBytes));
  const cipher = createCipheriv(algorithm, key!, nonce);
  const head = Buffer.alloc(3);
  head[0] = envelopeMark;
  head.writeUInt16BE(sealedKey!.length, 1);
  const body = Buffer.concat([cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([head, sealedKey!, nonce, body]).toString("base64");
}

/** Throws InvalidKeyId when KMS does not open it. */
export async function unseal(context: SsmContext, arn: string, text: string): Promise<string> {
  const kms = kmsOf(context);
  const bytes = Buffer.from(text, "base64");
  const EncryptionContext = contextFor(arn);
  if (bytes[0] !== envelopeMark) {
    const { Plaintext: plain } = await withKey(
      kms.Decrypt({ CiphertextBlob: bytes, EncryptionContext }),
    );
    return Buffer.from(plain!).toString("utf8");
  }
  const keyEnd = 3 + bytes.readUInt16BE(1);
  const { Plaintext: key } = await withKey(
    kms.Decrypt({ CiphertextBlob: bytes.subarray(3, keyEnd), EncryptionContext }),
  );
  const nonce = bytes.subarray(keyEnd, keyEnd + nonceBytes);
  const decipher = createDecipheriv(algorithm, key!, nonce);
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const body = decipher.update(bytes.subarray(keyEnd + nonceBytes, bytes.length - tagBytes));
  return Buffer.concat([body, decipher.final()]).toString("utf8");
}
