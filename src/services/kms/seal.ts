/**
 * The ciphertexts of symmetric keys: AES-256-GCM with the encryption context as authenticated data,
 * and before it what names the key, so that Decrypt need not be told. AWS's format is not published.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "#runtime/random.ts";

const formatVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;

export type EncryptionContext = Readonly<Record<string, string>>;

export interface SealedName {
  keyId: string;
  /** Which of the key's materials it was sealed with. */
  version: number;
  sealed: Buffer;
}

export function seal(
  { keyId, material }: { keyId: string; material: readonly Uint8Array[] },
  random: Random,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
): Buffer {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", material.at(-1)!, nonce);
  cipher.setAAD(serialise(context));
  const head = Buffer.alloc(4);
  head.writeUInt8(formatVersion, 0);
  head.writeUInt16BE(material.length - 1, 1);
  head.writeUInt8(keyId.length, 3);
  return Buffer.concat([
    head,
    Buffer.from(keyId, "latin1"),
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** Undefined when the bytes are no ciphertext of a symmetric key. */
export function readSealed(bytes: Uint8Array): SealedName | undefined {
  const buffer = Buffer.from(bytes);
  if (buffer.length < 4 || buffer[0] !== formatVersion) return undefined;
  const end = 4 + buffer[3]!;
  if (buffer.length < end + nonceBytes + tagBytes) return undefined;
  return {
    version: buffer.readUInt16BE(1),
    keyId: buffer.toString("latin1", 4, end),
    sealed: buffer.subarray(end),
  };
}

/** Undefined when key or context are not those it was sealed with, or a bit was changed. */
export function unseal(
  material: Uint8Array,
  sealed: Buffer,
  context: EncryptionContext | undefined,
): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", material, sealed.subarray(0, nonceBytes));
  decipher.setAAD(serialise(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const body = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    // Node says by an exception that the tag does not fit.
    return undefined;
  }
}

/** The order of a context's pairs does not matter. */
function serialise(context: EncryptionContext = {}): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
