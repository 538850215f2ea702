/** Signatures over messages, which are hashed here, and over digests, which the client hashed. */
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  hash,
  privateEncrypt,
  publicDecrypt,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Random } from "#runtime/random.ts";
import type { KeySpecName, SigningAlgorithm } from "./key-specs.ts";

/** Node signs only what it hashes itself; digests are signed by a library that takes them as they are. */
const curves = {
  ECC_NIST_P256: p256,
  ECC_NIST_P384: p384,
  ECC_NIST_P521: p521,
  ECC_SECG_P256K1: secp256k1,
} as const;

export interface Signing {
  spec: KeySpecName;
  algorithm: SigningAlgorithm;
  /** PKCS #8 DER. */
  privateKey: Uint8Array;
  message: Uint8Array;
  isDigest: boolean;
}

export function privateKeyOf(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}

/** DER: SubjectPublicKeyInfo. */
export function publicKeyOf(der: Uint8Array): Buffer {
  return createPublicKey(privateKeyOf(der)).export({ format: "der", type: "spki" });
}

/** "sha256"; undefined for Ed25519, whose hash is part of it. */
function hashOf(algorithm: SigningAlgorithm): string | undefined {
  return algorithm === "ED25519_SHA_512" ? undefined : `sha${algorithm.slice(-3)}`;
}

export function digestBytes(algorithm: SigningAlgorithm): number {
  return Number(algorithm.slice(-3)) / 8;
}

export function makeSignature(signing: Signing, random: Random): Buffer {
  const { spec, algorithm, privateKey, message, isDigest } = signing;
  const key = privateKeyOf(privateKey);
  if (!isDigest) return sign(hashOf(algorithm), message, options(key, algorithm));
  if (spec in curves) {
    const secret = Buffer.from(key.export({ format: "jwk" }).d!, "base64url");
    const curve = curves[spec as keyof typeof curves];
    const signed = curve.sign(message, Uint8Array.from(secret), {
      prehash: false,
      format: "der",
      lowS: false,
    });
    return Buffer.from(signed);
  }
  if (algorithm.startsWith("RSASSA_PKCS1"))
    return privateEncrypt(
      { key, padding: constants.RSA_PKCS1_PADDING },
      digestInfo(algorithm, message),
    );
  const bits = key.asymmetricKeyDetails!.modulusLength! - 1;
  const encoded = encodePss(message, random.bytes(message.length), bits, hashOf(algorithm)!);
  const bytes = Buffer.alloc(Math.ceil((bits + 1) / 8));
  encoded.copy(bytes, bytes.length - encoded.length);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, bytes);
}

export function isSignature(signing: Signing, signature: Uint8Array): boolean {
  const { spec, algorithm, privateKey, message, isDigest } = signing;
  const key = createPublicKey(privateKeyOf(privateKey));
  if (!isDigest) return verify(hashOf(algorithm), message, options(key, algorithm), signature);
  if (spec in curves) {
    const { x, y } = key.export({ format: "jwk" }) as { x: string; y: string };
    const point = Buffer.concat([
      Buffer.from([4]),
      Buffer.from(x, "base64url"),
      Buffer.from(y, "base64url"),
    ]);
    const curve = curves[spec as keyof typeof curves];
    try {
      return curve.verify(Uint8Array.from(signature), message, Uint8Array.from(point), {
        prehash: false,
        format: "der",
        lowS: false,
      });
    } catch {
      // Bytes that are no DER signature at all.
      return false;
    }
  }
  let opened: Buffer;
  const isPkcs1 = algorithm.startsWith("RSASSA_PKCS1");
  const padding = isPkcs1 ? constants.RSA_PKCS1_PADDING : constants.RSA_NO_PADDING;
  try {
    opened = publicDecrypt({ key, padding }, signature);
  } catch {
    // Of another length than the key, or without the padding.
    return false;
  }
  if (isPkcs1) return opened.equals(digestInfo(algorithm, message));
  const bits = key.asymmetricKeyDetails!.modulusLength! - 1;
  return isPss(
    message,
    opened.subarray(opened.length - Math.ceil(bits / 8)),
    bits,
    hashOf(algorithm)!,
  );
}

function options(key: KeyObject, algorithm: SigningAlgorithm) {
  if (!algorithm.startsWith("RSASSA_PSS")) return key;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

/** The hash's name before the digest. https://www.rfc-editor.org/rfc/rfc8017#section-9.2 */
const digestInfoHeads: Readonly<Record<string, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

function digestInfo(algorithm: SigningAlgorithm, digest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(digestInfoHeads[hashOf(algorithm)!]!, "hex"), digest]);
}

/** EMSA-PSS-ENCODE with a salt as long as the digest. https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1 */
function encodePss(digest: Uint8Array, salt: Uint8Array, bits: number, hashName: string): Buffer {
  const length = Math.ceil(bits / 8);
  const fingerprint = pssFingerprint(digest, salt, hashName);
  const block = Buffer.alloc(length - fingerprint.length - 1);
  block[block.length - salt.length - 1] = 1;
  Buffer.from(salt).copy(block, block.length - salt.length);
  const masked = exclusiveOr(block, mask(fingerprint, block.length, hashName));
  masked[0]! &= 0xff >> (8 * length - bits);
  return Buffer.concat([masked, fingerprint, Buffer.from([0xbc])]);
}

/** EMSA-PSS-VERIFY. https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2 */
function isPss(digest: Uint8Array, encoded: Buffer, bits: number, hashName: string): boolean {
  const hashBytes = digest.length;
  if (encoded.at(-1) !== 0xbc) return false;
  const masked = encoded.subarray(0, encoded.length - hashBytes - 1);
  const fingerprint = encoded.subarray(masked.length, -1);
  const block = exclusiveOr(masked, mask(fingerprint, masked.length, hashName));
  block[0]! &= 0xff >> (8 * encoded.length - bits);
  const saltStart = block.length - hashBytes;
  if (block.subarray(0, saltStart - 1).some((byte) => byte !== 0)) return false;
  if (block[saltStart - 1] !== 1) return false;
  return pssFingerprint(digest, block.subarray(saltStart), hashName).equals(fingerprint);
}

function pssFingerprint(digest: Uint8Array, salt: Uint8Array, hashName: string): Buffer {
  return createHash(hashName).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

/** MGF1. https://www.rfc-editor.org/rfc/rfc8017#appendix-B.2.1 */
function mask(seed: Buffer, length: number, hashName: string): Buffer {
  const parts: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let index = 0, made = 0; made < length; index++) {
    counter.writeUInt32BE(index);
    const part = hash(hashName, Buffer.concat([seed, counter]), "buffer");
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

function exclusiveOr(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ b[index]!));
}
