/** Signing keys, derived once per access key, day, region and service. */
import { createHmac } from "node:crypto";
import type { CredentialScope } from "../protocol.ts";

export interface SigningKeys {
  of(scope: CredentialScope, secretAccessKey: string): Buffer;
}

/** Enough for every key of a busy day; when it is full it begins anew. */
const most = 10_000;

/** A cache that may be lost; one per cloud. */
export function createSigningKeys(): SigningKeys {
  const keys = new Map<string, { secret: string; key: Buffer }>();
  return {
    of(scope, secret) {
      const { accessKeyId, date, region, service } = scope;
      const name = `${accessKeyId}/${date}/${region}/${service}`;
      const present = keys.get(name);
      if (present && present.secret === secret) return present.key;
      let key = hmac(`AWS4${secret}`, date);
      for (const part of [region, service, "aws4_request"]) key = hmac(key, part);
      if (keys.size >= most) keys.clear();
      keys.set(name, { secret, key });
      return key;
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

export function sign(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
