/**
 * Keys in the forms that EC2 and OpenSSH give them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
 */
import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "#runtime/random.ts";
import { ppkOf } from "./ppk.ts";
import { keyFormatInvalid } from "./records.ts";
import { field, mpint, readFields } from "./ssh-fields.ts";

export type KeyType = "rsa" | "ed25519";

export interface NewKey {
  /** As CreateKeyPair hands it out, once: PEM, OpenSSH's own form, or PuTTY's. */
  privateKeyText: string;
  /** "ssh-rsa AAAA…" without a comment. */
  publicKey: string;
  fingerprint: string;
}

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

/** A fresh 2048-bit RSA or Ed25519 key; `name` is its comment where the format has one. */
export async function createKey(
  type: KeyType,
  random: Random,
  format: "pem" | "ppk",
  name: string,
): Promise<NewKey> {
  const { publicKey, privateKey } = await generate(type, { modulusLength: 2048 });
  const putty = format === "ppk";
  if (type === "rsa") {
    const blob = rsaBlob(publicKey);
    return {
      privateKeyText: putty
        ? ppkOf("ssh-rsa", blob, privateKey, name)
        : privateKey.export({ type: "pkcs1", format: "pem" }).trimEnd(),
      publicKey: `ssh-rsa ${blob.toString("base64")}`,
      fingerprint: colons("sha1", privateKey.export({ type: "pkcs8", format: "der" })),
    };
  }
  const point = ed25519Point(publicKey);
  const seed = Buffer.from(privateKey.export({ format: "jwk" }).d!, "base64url");
  const blob = ed25519Blob(point);
  return {
    privateKeyText: putty
      ? ppkOf("ssh-ed25519", blob, privateKey, name)
      : opensshPrivateKey(blob, point, seed, random),
    publicKey: `ssh-ed25519 ${blob.toString("base64")}`,
    fingerprint: createHash("sha256").update(blob).digest("base64"),
  };
}

export interface ImportedKey {
  type: KeyType;
  publicKey: string;
  fingerprint: string;
}

/**
 * Reads an OpenSSH, RFC 4716, PEM or base64 DER public key, as ImportKeyPair takes them.
 * Throws InvalidKey.Format.
 */
export function importKey(material: Uint8Array): ImportedKey {
  const text = Buffer.from(material).toString("latin1").trim();
  const [word, encoded = ""] = fromRfc4716(text) ?? text.split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  if (word === "ssh-ed25519") {
    const [name, point] = readFields(blob);
    if (name?.toString() !== word || point?.length !== 32) throw keyFormatInvalid();
    return {
      type: "ed25519",
      publicKey: `${word} ${blob.toString("base64")}`,
      fingerprint: createHash("sha256").update(blob).digest("base64"),
    };
  }
  const key = word === "ssh-rsa" ? rsaKey(blob) : pemOrDer(text);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType !== "rsa" || !bits || ![1024, 2048, 4096].includes(bits))
    throw keyFormatInvalid();
  return {
    type: "rsa",
    publicKey: `ssh-rsa ${rsaBlob(key).toString("base64")}`,
    fingerprint: colons("md5", key.export({ type: "spki", format: "der" })),
  };
}

/** A key's algorithm and its base64, behind headers that may go on over several lines. https://www.rfc-editor.org/rfc/rfc4716 */
function fromRfc4716(text: string): [string, string] | undefined {
  const body = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n([^]*?)---- END SSH2 PUBLIC KEY ----$/.exec(
    text,
  )?.[1];
  if (body === undefined) return undefined;
  const encoded = body
    .replaceAll(/\\\r?\n/g, "")
    .split(/\r?\n/)
    .filter((line) => !line.includes(":"))
    .join("");
  const [name] = readFields(Buffer.from(encoded, "base64"));
  return [name?.toString() ?? "", encoded];
}

function rsaKey(blob: Buffer): KeyObject {
  const [name, exponent, modulus] = readFields(blob);
  if (name?.toString() !== "ssh-rsa" || !exponent?.length || !modulus?.length)
    throw keyFormatInvalid();
  const unsigned = (bytes: Buffer) => (bytes[0] === 0 ? bytes.subarray(1) : bytes);
  return createPublicKey({
    format: "jwk",
    key: {
      kty: "RSA",
      e: unsigned(exponent).toString("base64url"),
      n: unsigned(modulus).toString("base64url"),
    },
  });
}

function pemOrDer(text: string): KeyObject {
  try {
    if (text.startsWith("-----")) return createPublicKey(text);
    return createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
  } catch {
    throw keyFormatInvalid();
  }
}

function rsaBlob(key: KeyObject): Buffer {
  const { e, n } = key.export({ format: "jwk" });
  const number = (value: string) => mpint(Buffer.from(value, "base64url"));
  return Buffer.concat([field("ssh-rsa"), number(e!), number(n!)]);
}

function ed25519Point(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x!, "base64url");
}

function ed25519Blob(point: Uint8Array): Buffer {
  return Buffer.concat([field("ssh-ed25519"), field(point)]);
}

/** https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key */
function opensshPrivateKey(
  blob: Buffer,
  point: Uint8Array,
  seed: Uint8Array,
  random: Random,
): string {
  const check = random.bytes(4);
  const secret = Buffer.concat([
    check,
    check,
    blob,
    field(Buffer.concat([seed, point])),
    field(""),
  ]);
  const padding = Uint8Array.from({ length: -secret.length & 7 }, (_none, index) => index + 1);
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    Uint8Array.of(0, 0, 0, 1),
    field(blob),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,70}/g)!;
  return [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    ...lines,
    "-----END OPENSSH PRIVATE KEY-----",
  ].join("\n");
}

function colons(algorithm: "md5" | "sha1", der: Uint8Array): string {
  return createHash(algorithm).update(der).digest("hex").match(/../g)!.join(":");
}
