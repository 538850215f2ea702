/**
 * Requests with a JSON Web Token that a provider signed.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
import { verify } from "node:crypto";
import type { HttpRequest } from "#http/http.ts";
import { answer } from "./answers.ts";
import type { TokenClaim, TokenConfig } from "./config.ts";
import { KeySetError, type KeySets, type SigningKey } from "./key-sets.ts";
import type { Verdict } from "./oidc.ts";

interface Token {
  algorithm: unknown;
  keyId: string | undefined;
  claims: Record<string, unknown>;
  /** What is signed. */
  signed: string;
  signature: Buffer;
}

/** Lets the request through as it is, or answers 401, and 500 where the provider's keys are not to be had. */
export function checkToken(
  sets: KeySets,
  config: TokenConfig,
  request: Pick<HttpRequest, "rawHeaders">,
  nowMs: number,
): Verdict | Promise<Verdict> {
  const fields = authorizationsOf(request.rawHeaders);
  if (fields.length === 0) return refusal("JWTHeaderNotPresent");
  const token = fields.length === 1 ? readToken(fields[0]!) : undefined;
  if (!token) return refusal("JWTRequestFormatInvalid");
  const judge = (keys: readonly SigningKey[]): Verdict => {
    const wrong = isSigned(token, keys)
      ? wrongClaim(token.claims, config, nowMs)
      : "JWTSignatureValidationError";
    return wrong === undefined ? { fields: [] } : refusal(wrong);
  };
  const known = sets.known(config.keySetUrl, token.keyId);
  if (known) return judge(known);
  return sets.fetch(config.keySetUrl).then(judge, (error: unknown) => {
    if (!(error instanceof KeySetError)) throw error;
    return { reply: answer(500), reason: error.reason };
  });
}

function refusal(reason: string): Verdict {
  return { reply: answer(401), reason };
}

function authorizationsOf(rawHeaders: readonly string[]): string[] {
  const found: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === 13 && rawHeaders[index]!.toLowerCase() === "authorization")
      found.push(rawHeaders[index + 1]!);
  return found;
}

/** Undefined for what is no token of three parts. */
function readToken(field: string): Token | undefined {
  const [, head, body, signature] =
    /^Bearer +([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(field.trim()) ?? [];
  const header = readPart(head);
  const claims = readPart(body);
  if (!header || !claims) return undefined;
  const { alg, kid } = header;
  return {
    algorithm: alg,
    keyId: typeof kid === "string" ? kid : undefined,
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature!, "base64url"),
  };
}

function readPart(part: string | undefined): Record<string, unknown> | undefined {
  if (part === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A token that names no key may be signed with any. */
function isSigned({ algorithm, keyId, signed, signature }: Token, keys: readonly SigningKey[]) {
  if (algorithm !== "RS256") return false;
  return keys
    .filter(({ id }) => keyId === undefined || id === undefined || id === keyId)
    .some(({ key }) => verify("sha256", Buffer.from(signed), key, signature));
}

/** AWS's code for the first claim that is not as it should be. */
function wrongClaim(
  claims: Record<string, unknown>,
  { issuer, claims: wanted }: TokenConfig,
  nowMs: number,
): string | undefined {
  const { iss, exp, nbf, iat } = claims;
  if (iss === undefined || exp === undefined) return "JWTClaimNotPresent";
  const times = [exp, nbf, iat].filter((time) => time !== undefined);
  if (typeof iss !== "string" || times.some((time) => typeof time !== "number"))
    return "JWTClaimFormatInvalid";
  const seconds = nowMs / 1000;
  const begins = Math.max(Number(nbf ?? 0), Number(iat ?? 0));
  if (iss !== issuer || Number(exp) <= seconds || begins > seconds) return "JWTClaimValueInvalid";
  for (const claim of wanted) {
    const wrong = wrongValue(claims[claim.name], claim);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** A single text must be one of the values; several must have all of them. */
function wrongValue(value: unknown, { format, values }: TokenClaim): string | undefined {
  if (value === undefined) return "JWTClaimNotPresent";
  if (format === "string-array" ? !isTexts(value) : typeof value !== "string")
    return "JWTClaimFormatInvalid";
  if (format === "single-string")
    return values.includes(value as string) ? undefined : "JWTClaimValueInvalid";
  const given = format === "string-array" ? (value as string[]) : (value as string).split(/ +/);
  return values.every((one) => given.includes(one)) ? undefined : "JWTClaimValueInvalid";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
