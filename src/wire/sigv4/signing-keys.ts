/** Signing keys, derived once per access key, day, region and service. */
import { createHmac, hash } from "node:crypto";
import type { CredentialScope } from "../protocol.ts";

export interface SigningKeys {
  of(scope: CredentialScope, secretAccessKey: string): SigningKey;
}

/**
 * The key as HMAC's two hashes begin with it (RFC 2104), with room behind it for what they go on
 * with: two one-shot hashes take less than half the time of an Hmac object.
 */
export interface SigningKey {
  /** Grows to the longest text signed so far. */
  inner: Buffer;
  readonly outer: Buffer;
}

/** Enough for every key of a busy day; when it is full it begins anew. */
const most = 10_000;

/** A cache that may be lost; one per cloud. */
export function createSigningKeys(): SigningKeys {
  const keys = new Map<string, { secret: string; key: SigningKey }>();
  return {
    of(scope, secret) {
      const { accessKeyId, date, region, service } = scope;
      const name = `${accessKeyId}/${date}/${region}/${service}`;
      const present = keys.get(name);
      if (present && present.secret === secret) return present.key;
      let derived = hmac(`AWS4${secret}`, date);
      for (const part of [region, service, "aws4_request"]) derived = hmac(derived, part);
      const key = { inner: pad(derived, 0x36, 512), outer: pad(derived, 0x5c, digestBytes) };
      if (keys.size >= most) keys.clear();
      keys.set(name, { secret, key });
      return key;
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

const blockBytes = 64;
const digestBytes = 32;

function pad(key: Buffer, filler: number, room: number): Buffer {
  const padded = Buffer.alloc(blockBytes + room);
  for (let index = 0; index < blockBytes; index++) padded[index] = (key[index] ?? 0) ^ filler;
  return padded;
}

/** HMAC-SHA256 in hexadecimal digits. */
export function sign(key: SigningKey, text: string): string {
  const longest = blockBytes + 3 * text.length;
  if (longest > key.inner.length)
    key.inner = Buffer.concat([key.inner.subarray(0, blockBytes)], 2 * longest);
  const end = blockBytes + key.inner.write(text, blockBytes);
  const digest = hash("sha256", key.inner.subarray(0, end), "latin1");
  key.outer.write(digest, blockBytes, "latin1");
  return hash("sha256", key.outer, "hex");
}
