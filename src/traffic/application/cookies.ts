/** Cookies that bind a client: sealed, so that nobody reads or forges where they lead. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "#runtime/random.ts";

const algorithm = "aes-256-gcm";

export interface CookieSealer {
  seal(text: string): string;
  /** Undefined for what this balancer did not seal. */
  open(sealed: string): string | undefined;
}

export function createSealer(secret: string, random: Random): CookieSealer {
  const key = Buffer.from(secret, "hex");
  return {
    seal(text) {
      const nonce = random.bytes(12);
      const cipher = createCipheriv(algorithm, key, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < 28) return undefined;
      try {
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return decipher.update(bytes.subarray(28), undefined, "utf8") + decipher.final("utf8");
      } catch {
        // Whoever sends a forged cookie is treated as one who sends none.
        return undefined;
      }
    },
  };
}

/** One cookie of a request's Cookie fields. */
export function readCookie(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.length !== 6 || rawHeaders[index]!.toLowerCase() !== "cookie") continue;
    for (const part of rawHeaders[index + 1]!.split(";")) {
      const equals = part.indexOf("=");
      if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
    }
  }
  return undefined;
}

/** Whether a response sets a cookie of that name. */
export function setsCookie(rawHeaders: readonly string[], name: string): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (
      rawHeaders[index]!.toLowerCase() === "set-cookie" &&
      rawHeaders[index + 1]!.startsWith(`${name}=`)
    )
      return true;
  return false;
}
