/** Encrypts and decrypts with a key, whichever kind it is. */
import { constants, createPublicKey, privateDecrypt, publicEncrypt } from "node:crypto";
import type { Random } from "#runtime/random.ts";
import type { Transaction } from "#store/store.ts";
import type { KmsContext } from "./context.ts";
import { incorrectKey, invalidCiphertext, invalidKeyUsage, validationException } from "./errors.ts";
import { checkUsable, findKey } from "./find.ts";
import { specOf, type EncryptionAlgorithm } from "./key-specs.ts";
import { keys, type KeyRecord } from "./records.ts";
import { readSealed, seal, unseal, type EncryptionContext } from "./seal.ts";
import { privateKeyOf } from "./signing.ts";

/** Throws InvalidKeyUsageException unless the key knows the algorithm. */
export function checkAlgorithm(key: KeyRecord, algorithm: string): EncryptionAlgorithm {
  const known = specOf(key.spec).encryption.find((one) => one === algorithm);
  if (known === undefined)
    throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`);
  return known;
}

export function encryptWith(
  key: KeyRecord,
  random: Random,
  plaintext: Uint8Array,
  algorithm: EncryptionAlgorithm,
  context: EncryptionContext | undefined,
): Buffer {
  if (algorithm === "SYMMETRIC_DEFAULT") return seal(key, random, plaintext, context);
  if (context !== undefined)
    throw validationException("EncryptionContext is not supported with asymmetric keys.");
  const longest = specOf(key.spec).size! / 8 - 2 * hashBytes(algorithm) - 2;
  if (plaintext.length > longest)
    throw validationException(
      `Algorithm ${algorithm} and key spec ${key.spec} cannot encrypt data larger than ${longest} bytes.`,
    );
  const publicKey = createPublicKey(privateKeyOf(key.material[0]!));
  return publicEncrypt({ key: publicKey, ...padding(algorithm) }, plaintext);
}

export interface Ciphertext {
  CiphertextBlob: Uint8Array;
  KeyId?: string | undefined;
  EncryptionAlgorithm?: string | undefined;
  EncryptionContext?: EncryptionContext | undefined;
}

/** Throws InvalidCiphertextException, IncorrectKeyException and what forbids the key's use. */
export async function decryptWith(
  tx: Transaction,
  context: KmsContext,
  ciphertext: Ciphertext,
): Promise<{ key: KeyRecord; plaintext: Buffer; algorithm: EncryptionAlgorithm }> {
  const { CiphertextBlob, KeyId, EncryptionAlgorithm = "SYMMETRIC_DEFAULT" } = ciphertext;
  if (EncryptionAlgorithm !== "SYMMETRIC_DEFAULT") {
    if (KeyId === undefined)
      throw validationException("KeyId is required to decrypt with an asymmetric key.");
    const key = await findKey(tx, context, KeyId);
    checkUsable(key, "ENCRYPT_DECRYPT");
    const algorithm = checkAlgorithm(key, EncryptionAlgorithm);
    const privateKey = privateKeyOf(key.material[0]!);
    try {
      const plaintext = privateDecrypt({ key: privateKey, ...padding(algorithm) }, CiphertextBlob);
      return { key, plaintext, algorithm };
    } catch {
      // Node says by an exception that the padding is not there.
      throw invalidCiphertext();
    }
  }
  const read = readSealed(CiphertextBlob);
  if (!read) throw invalidCiphertext();
  const key = await keys.get(tx, context, read.keyId);
  if (KeyId !== undefined) {
    const wanted = await findKey(tx, context, KeyId);
    if (wanted.keyId !== key?.keyId) throw incorrectKey();
  }
  // A key of another account or region cannot be told from none.
  if (!key) throw invalidCiphertext();
  checkUsable(key, "ENCRYPT_DECRYPT");
  const material = key.material[read.version];
  if (!material) throw invalidCiphertext();
  const plaintext = unseal(material, read.sealed, ciphertext.EncryptionContext);
  if (!plaintext) throw invalidCiphertext();
  return { key, plaintext, algorithm: "SYMMETRIC_DEFAULT" };
}

function padding(algorithm: EncryptionAlgorithm) {
  return {
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: algorithm === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256",
  };
}

function hashBytes(algorithm: EncryptionAlgorithm): number {
  return algorithm === "RSAES_OAEP_SHA_1" ? 20 : 32;
}
