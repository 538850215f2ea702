/**
 * Verifies signatures and hands out the payload without signing's framing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
import { createHash, hash } from "node:crypto";
import { WholeBody, type ByteStream, type HttpRequest } from "#http/http.ts";
import { serviceFacts } from "#model/facts.ts";
import { isoMillis } from "#runtime/date.ts";
import { formOf } from "../form/recent-forms.ts";
import { withWhole, type Identified } from "../protocol.ts";
import { verifyVersion2 } from "../sigv2/verify.ts";
import { canonicalRequest, type CanonicalOptions } from "./canonical.ts";
import { ChunkedBody } from "./chunked.ts";
import { checkAlgorithm, formatCompact, readClaim, type Claim } from "./claim.ts";
import {
  expiredToken,
  expiredUrl,
  signatureMismatch,
  skewed,
  wrongScope,
  wrongSessionToken,
} from "./refusals.ts";
import {
  invalidPayloadHash,
  malformedHeader,
  malformedQuery,
  missingPayloadHash,
  payloadMismatch,
  unsignedHeaders,
} from "./s3-refusals.ts";
import type { Secret } from "./secret.ts";
import { stringToSign, type SigningKey } from "./signing-key.ts";
import type { SigningKeys } from "./signing-keys.ts";

export interface VerifyOptions {
  /** System time: signatures know nothing of the cloud's clock. */
  readonly nowMs: number;
  readonly keys: SigningKeys;
}

const allowedMinutes = 15;

/**
 * The payload of a request that nobody verifies: unsigned, or signed with an unknown key where that
 * is allowed. Throws only for algorithms that Fogbank does not know at all.
 */
export function openPayload(identified: Identified, request: HttpRequest): ByteStream {
  checkAlgorithm(identified, request);
  return isChunked(identified, request) ? new ChunkedBody(request, undefined) : request.body;
}

/**
 * Verifies the signature with the secret of `identified.scope`, and gives the payload: verified
 * already when it is in memory, else while it is read. Throws what AWS answers.
 */
export function verify(
  identified: Identified,
  request: HttpRequest,
  secret: Secret,
  options: VerifyOptions,
): ByteStream | Promise<ByteStream> {
  checkAlgorithm(identified, request);
  const scope = identified.scope!;
  if (scope.version === 2) {
    verifyVersion2(identified, request, secret, options.nowMs);
    return request.body;
  }
  const claim = readClaim(identified, scope, request);
  checkScope(identified, claim);
  checkSignedHeaders(identified, claim, request);
  checkTime(identified, claim, options.nowMs);
  checkToken(identified, claim, secret, options.nowMs);
  const key = options.keys.of(scope, secret.secretAccessKey);
  const s3 = identified.service === "s3";
  const claimed = request.headers["x-amz-content-sha256"];
  if (!s3) {
    return withWhole(request.body, (bytes) => {
      const payloadHash = claimed === unsignedPayload ? claimed : payloadHashOf(identified, bytes);
      checkSignature(identified, request, claim, key, payloadHash);
      return request.body instanceof WholeBody ? request.body : new WholeBody(bytes);
    });
  }
  // Only presigned URLs may leave open what they will be sent with.
  if (claimed === undefined && !scope.presigned) throw missingPayloadHash();
  const payloadHash = claimed ?? unsignedPayload;
  if (!payloadHashes.test(payloadHash)) throw invalidPayloadHash(payloadHash);
  checkSignature(identified, request, claim, key, payloadHash);
  return s3Payload(request, claim, key, payloadHash);
}

function payloadHashOf({ protocol }: Identified, bytes: Buffer): string {
  const isForm = protocol === "query" || protocol === "ec2-query";
  return isForm ? formOf(bytes).payloadHash : hash("sha256", bytes, "hex");
}

const unsignedPayload = "UNSIGNED-PAYLOAD";
const payloadHashes =
  /^(?:[\da-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/;

function isChunked({ service }: Identified, { headers }: HttpRequest): boolean {
  return service === "s3" && (headers["x-amz-content-sha256"]?.startsWith("STREAMING-") ?? false);
}

function s3Payload(
  request: HttpRequest,
  claim: Claim,
  key: SigningKey,
  payloadHash: string,
): ByteStream {
  const { body } = request;
  if (payloadHash.startsWith("STREAMING-")) {
    if (payloadHash.startsWith("STREAMING-UNSIGNED")) return new ChunkedBody(request, undefined);
    const { date, signature } = claim;
    return new ChunkedBody(request, { key, date, scope: claim.scope.text, seed: signature });
  }
  if (payloadHash === unsignedPayload) return body;
  if (!(body instanceof WholeBody)) return hashed(body, payloadHash);
  const computed = hash("sha256", body.bytes, "hex");
  if (computed !== payloadHash) throw payloadMismatch(payloadHash, computed);
  return body;
}

/** Fails behind the last piece when the bytes are not those that were signed. */
async function* hashed(body: ByteStream, claimed: string): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  for await (const piece of body) {
    digest.update(piece);
    yield piece;
  }
  const computed = digest.digest("hex");
  if (computed !== claimed) throw payloadMismatch(claimed, computed);
}

function checkSignature(
  identified: Identified,
  request: HttpRequest,
  claim: Claim,
  key: SigningKey,
  payloadHash: string,
): void {
  const s3 = identified.service === "s3";
  const { signedHeaders, signedHeadersText, signature, scope } = claim;
  const canonical = (path: CanonicalOptions["path"]) =>
    canonicalRequest(request, { signedHeaders, signedHeadersText, payloadHash, path });
  const first = canonical(s3 ? "once" : "twice");
  if (matches(claim, key, first)) return;
  // Characters beyond ASCII stand for the bytes that were sent.
  if (isBeyondAscii(first) && matches(claim, key, Buffer.from(first, "latin1"))) return;
  // Some clients sign S3 paths in the form that AWS documents rather than the one they send.
  if (s3 && matches(claim, key, canonical("normalized"))) return;
  throw signatureMismatch(identified, {
    accessKeyId: scope.accessKeyId,
    canonicalRequest: first,
    stringToSign: stringToSign({
      date: claim.date,
      scope: scope.text,
      hashedRequest: hash("sha256", first, "hex"),
    }),
    signature,
  });
}

function isBeyondAscii(text: string): boolean {
  return /[\u0080-\uffff]/.test(text);
}

function matches(claim: Claim, key: SigningKey, canonical: string | Buffer): boolean {
  const calculated = key.signRequest(claim.date, hash("sha256", canonical, "hex"));
  return sameInConstantTime(calculated, claim.signature);
}

/** Takes the same time wherever the texts differ, so that a signature cannot be guessed digit by digit. */
function sameInConstantTime(calculated: string, given: string): boolean {
  if (calculated.length !== given.length) return false;
  let different = 0;
  for (let index = 0; index < calculated.length; index++)
    different |= calculated.charCodeAt(index) ^ given.charCodeAt(index);
  return different === 0;
}

function checkScope(identified: Identified, { scope, date }: Claim): void {
  if (scope.date.length !== 8 || !date.startsWith(scope.date)) {
    const s3Detail = `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${date.slice(0, 8)}".`;
    throw wrongScope(
      identified,
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date.slice(0, 8)}', from '${date}'.`,
      scope.presigned ? malformedQuery(s3Detail) : malformedHeader(s3Detail),
    );
  }
  const expected = identified.service && serviceFacts[identified.service].signingName;
  if (expected !== undefined && expected !== scope.service)
    throw wrongScope(identified, `Credential should be scoped to correct service: '${expected}'.`);
}

const hyphen = 45;

/**
 * What is not signed could have been added by anybody on the way.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function checkSignedHeaders(
  identified: Identified,
  { signedHeaders }: Claim,
  { rawHeaders }: HttpRequest,
): void {
  if (identified.service !== "s3") {
    if (signedHeaders.includes("host")) return;
    throw wrongScope(
      identified,
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  const unsigned: string[] = [];
  if (!signedHeaders.includes("host")) unsigned.push("host");
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index]!;
    if (given.charCodeAt(1) !== hyphen) continue;
    const name = given.toLowerCase();
    // The payload's hash is signed whether its header is or not.
    if (
      name.startsWith("x-amz-") &&
      name !== "x-amz-content-sha256" &&
      !signedHeaders.includes(name)
    )
      unsigned.push(name);
  }
  if (unsigned.length > 0) throw unsignedHeaders(unsigned);
}

function checkTime(identified: Identified, claim: Claim, nowMs: number): void {
  const { date, dateMs, expiresSeconds } = claim;
  const allowedMs = allowedMinutes * 60_000;
  if (expiresSeconds !== undefined && nowMs > dateMs + expiresSeconds * 1000)
    throw expiredUrl(identified, {
      seconds: expiresSeconds,
      expires: isoMillis(dateMs + expiresSeconds * 1000),
      now: isoMillis(nowMs),
    });
  const late = expiresSeconds === undefined && dateMs < nowMs - allowedMs;
  if (!late && dateMs <= nowMs + allowedMs) return;
  throw skewed(identified, {
    signed: date,
    now: formatCompact(nowMs),
    nowIso: isoMillis(nowMs),
    limit: formatCompact(late ? nowMs - allowedMs : nowMs + allowedMs),
    late,
    allowedMinutes,
    presigned: claim.scope.presigned,
  });
}

function checkToken(identified: Identified, claim: Claim, secret: Secret, nowMs: number): void {
  if (claim.sessionToken !== secret.sessionToken) throw wrongSessionToken(identified);
  if (secret.expiresMs !== undefined && nowMs >= secret.expiresMs) throw expiredToken(identified);
}
