/**
 * Who signed an upload form's policy, and whether rightly.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 * Version 2, as boto3 still makes it: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Identified } from "../protocol.ts";
import { expiredToken, signatureMismatch, wrongSessionToken } from "../sigv4/refusals.ts";
import { parseScope } from "../sigv4/scope.ts";
import type { Secret } from "../sigv4/secret.ts";
import type { SigningKeys } from "../sigv4/signing-keys.ts";

type Fields = ReadonlyMap<string, string>;

/** The access key that a form names; undefined for a form of nobody's. */
export function signerOf(fields: Fields): string | undefined {
  const credential = fields.get("x-amz-credential");
  return credential === undefined
    ? fields.get("awsaccesskeyid")
    : parseScope(credential, false)?.accessKeyId;
}

/** Throws what S3 answers to a wrong signature, a wrong token or one that has expired. */
export function verifyForm(
  identified: Identified,
  fields: Fields,
  secret: Secret,
  { keys, nowMs }: { keys: SigningKeys; nowMs: number },
): void {
  if (fields.get("x-amz-security-token") !== secret.sessionToken)
    throw wrongSessionToken(identified);
  if (secret.expiresMs !== undefined && nowMs >= secret.expiresMs) throw expiredToken(identified);
  const policy = fields.get("policy") ?? "";
  const credential = fields.get("x-amz-credential");
  const scope = credential === undefined ? undefined : parseScope(credential, false);
  const expected = scope
    ? keys.of(scope, secret.secretAccessKey).sign(policy)
    : createHmac("sha1", secret.secretAccessKey).update(policy).digest("base64");
  const signature = fields.get(scope ? "x-amz-signature" : "signature") ?? "";
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw signatureMismatch(identified, {
    accessKeyId: signerOf(fields) ?? "",
    stringToSign: policy,
    signature,
  });
}
