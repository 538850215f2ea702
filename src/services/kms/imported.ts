/** Key material that users bring along. https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html */
import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  privateDecrypt,
  type KeyObject,
} from "node:crypto";
import { incorrectMaterial, invalidCiphertext } from "./errors.ts";
import { specOf } from "./key-specs.ts";
import type { KeyRecord, WrappingAlgorithm } from "./records.ts";

/** The material that was wrapped; throws InvalidCiphertextException when it cannot be unwrapped. */
export function unwrap(
  privateKey: Uint8Array,
  algorithm: WrappingAlgorithm,
  wrapped: Uint8Array,
): Buffer {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
  const bytes = Buffer.from(wrapped);
  const oaepHash = algorithm.endsWith("SHA_1") ? "sha1" : "sha256";
  const open = (part: Buffer) =>
    privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, part);
  try {
    if (algorithm.startsWith("RSAES_OAEP")) return open(bytes);
    // First the AES key under RSA, then the material under that key (RFC 5649).
    const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
    const decipher = createDecipheriv(
      "id-aes256-wrap-pad",
      open(bytes.subarray(0, size)),
      Buffer.from("A65959A6", "hex"),
    );
    return Buffer.concat([decipher.update(bytes.subarray(size)), decipher.final()]);
  } catch {
    // Node says by an exception that it was wrapped otherwise.
    throw invalidCiphertext();
  }
}

/** Throws IncorrectKeyMaterialException for bytes that are no key of this kind. */
export function checkMaterial({ spec }: KeyRecord, material: Buffer): void {
  const { family, size, curve } = specOf(spec);
  if (family === "symmetric" || family === "hmac") {
    if (material.length !== (family === "symmetric" ? 32 : size)) throw incorrectMaterial();
    return;
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: material, format: "der", type: "pkcs8" });
  } catch {
    // Node says by an exception that it is no private key.
    throw incorrectMaterial();
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const names: Record<string, string> = {
    prime256v1: "P-256",
    secp384r1: "P-384",
    secp521r1: "P-521",
  };
  const found =
    namedCurve === undefined ? key.asymmetricKeyType : (names[namedCurve] ?? namedCurve);
  if (family === "rsa" ? modulusLength !== size : found !== curve) throw incorrectMaterial();
}

/** What tells one material from another without showing it. */
export function fingerprint(key: KeyRecord, material: Uint8Array): string {
  return createHash("sha256").update(key.keyId).update(material).digest("hex");
}
