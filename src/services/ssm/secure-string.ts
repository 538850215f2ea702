/** Encrypts SecureString values at rest, bound to their parameter. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { encryptionKeys } from "./records.ts";

/** The only key: what AWS makes for Parameter Store in every account. */
export const defaultKeyId = "alias/aws/ssm";

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

export async function encryptionKey(
  tx: Transaction,
  scope: Scope,
  random: Random,
): Promise<Uint8Array> {
  const present = await encryptionKeys.get(tx, scope);
  if (present) return present;
  const key = Uint8Array.from(random.bytes(keyBytes));
  encryptionKeys.put(tx, scope, [], key);
  return key;
}

/** The ciphertext in base 64: nonce, sealed value, authentication tag. */
export function seal(key: Uint8Array, random: Random, parameterArn: string, value: string): string {
  const nonce = Buffer.from(random.bytes(nonceBytes));
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(Buffer.from(parameterArn));
  const sealed = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64");
}

/** Throws when the text was sealed with another key or for another parameter. */
export function unseal(key: Uint8Array, parameterArn: string, text: string): string {
  const bytes = Buffer.from(text, "base64");
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(parameterArn));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const sealed = bytes.subarray(nonceBytes, bytes.length - tagBytes);
  return Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
}
