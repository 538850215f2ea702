/** Signing keys, derived once per access key, day, region and service. */
import { createHmac } from "node:crypto";
import type { CredentialScope } from "../protocol.ts";
import { SigningKey } from "./signing-key.ts";

export interface SigningKeys {
  of(scope: CredentialScope, secretAccessKey: string): SigningKey;
}

/** Enough for every key of a busy day; when it is full it begins anew. */
const most = 10_000;

interface Derived {
  readonly secret: string;
  readonly key: SigningKey;
}

/** A cache that may be lost; one per cloud. */
export function createSigningKeys(): SigningKeys {
  const keys = new Map<string, Derived>();
  /** Of the scopes that were read once and met again: they need no name. */
  const byScope = new WeakMap<CredentialScope, Derived>();
  const derive = (
    { accessKeyId, date, region, service, text }: CredentialScope,
    secret: string,
  ) => {
    const name = `${accessKeyId}/${text}`;
    const present = keys.get(name);
    if (present && present.secret === secret) return present;
    let hashed = hmac(`AWS4${secret}`, date);
    for (const part of [region, service, "aws4_request"]) hashed = hmac(hashed, part);
    const key = new SigningKey(hashed, text);
    if (keys.size >= most) keys.clear();
    const derived = { secret, key };
    keys.set(name, derived);
    return derived;
  };
  return {
    of(scope, secret) {
      const kept = byScope.get(scope);
      if (kept && kept.secret === secret) return kept.key;
      const derived = derive(scope, secret);
      byScope.set(scope, derived);
      return derived.key;
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
