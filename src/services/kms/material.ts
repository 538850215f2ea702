/** Makes the secret part of keys. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "#runtime/random.ts";
import { specOf, type KeySpecName } from "./key-specs.ts";

const newPair = promisify(generateKeyPair);

/** 32 bytes for symmetric keys, as many as the digest has for HMAC keys, PKCS #8 DER for the others. */
export async function makeMaterial(name: KeySpecName, random: Random): Promise<Uint8Array> {
  const { family, size, curve } = specOf(name);
  if (family === "symmetric") return Uint8Array.from(random.bytes(32));
  if (family === "hmac") return Uint8Array.from(random.bytes(size!));
  return (await makePair(family, { size, curve })).privateKey;
}

export interface Pair {
  /** DER: PKCS #8. */
  privateKey: Uint8Array;
  /** DER: SubjectPublicKeyInfo. */
  publicKey: Uint8Array;
}

/** Off the main thread: a long RSA key takes a good part of a second. */
export async function makePair(
  family: "rsa" | "elliptic",
  { size, curve }: { size?: number | undefined; curve?: string | undefined },
): Promise<Pair> {
  const encodings = {
    privateKeyEncoding: { type: "pkcs8", format: "der" },
    publicKeyEncoding: { type: "spki", format: "der" },
  } as const;
  if (family === "rsa") return newPair("rsa", { modulusLength: size!, ...encodings });
  if (curve === "ed25519") return newPair("ed25519", encodings);
  return newPair("ec", { namedCurve: curve!, ...encodings });
}
