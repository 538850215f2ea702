/**
 * S3's URLs signed with Signature Version 2, as boto3 and version 1 of the AWS CLI still make them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import type { Identified } from "../protocol.ts";
import { parseQuery } from "../rest/route.ts";
import { expiredToken, signatureMismatch, wrongSessionToken } from "../sigv4/refusals.ts";
import type { Secret } from "../sigv4/secret.ts";
import { stringsToSign } from "./string-to-sign.ts";

/** Verifies signature, lifetime (system time) and session token. Throws what S3 answers. */
export function verifyVersion2(
  identified: Identified,
  request: HttpRequest,
  secret: Secret,
  nowMs: number,
): void {
  const query = parseQuery(request.target.slice(request.target.indexOf("?") + 1));
  const signature = query.get("Signature")?.[0];
  const expires = query.get("Expires")?.[0];
  if (signature === undefined || expires === undefined)
    throw denied(
      "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
    );
  checkLifetime(expires, nowMs);
  const token = request.headers["x-amz-security-token"] ?? query.get("x-amz-security-token")?.[0];
  if (token !== secret.sessionToken) throw wrongSessionToken(identified);
  if (secret.expiresMs !== undefined && nowMs >= secret.expiresMs) throw expiredToken(identified);
  const texts = stringsToSign(request, query);
  if (texts.some((text) => isSignature(signature, text, secret.secretAccessKey))) return;
  throw signatureMismatch(identified, {
    accessKeyId: identified.scope!.accessKeyId,
    stringToSign: texts[0]!,
    signature,
  });
}

function checkLifetime(expires: string, nowMs: number): void {
  if (!/^\d{1,15}$/.test(expires))
    throw denied(`Invalid date (should be seconds since epoch): ${expires}`);
  const expiresMs = Number(expires) * 1000;
  if (nowMs <= expiresMs) return;
  throw denied("Request has expired", {
    Expires: isoSeconds(expiresMs),
    ServerTime: isoSeconds(nowMs),
  });
}

function isSignature(given: string, text: string, secret: string): boolean {
  const calculated = createHmac("sha1", secret).update(text).digest();
  // Links that were copied from a decoded form carry spaces where a plus stood.
  const bytes = Buffer.from(given.replaceAll(" ", "+"), "base64");
  return bytes.length === calculated.length && timingSafeEqual(bytes, calculated);
}

function denied(message: string, members: Record<string, unknown> = {}): AwsError {
  return new AwsError({ code: "AccessDenied", status: 403, message, members });
}
