/** What a signed request claims: who signed which parts of it when. Believed once verified. */
import type { HttpRequest } from "#http/http.ts";
import { isoSeconds, parseIso, utcMs } from "#runtime/date.ts";
import { parseQuery } from "../rest/route.ts";
import type { CredentialScope, Identified } from "../protocol.ts";
import { incompleteSignature, unsupportedAlgorithm } from "./refusals.ts";
import { upToSeparator } from "./scope.ts";

export interface Claim {
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  /** The same with semicolons between them. */
  readonly signedHeadersText: string;
  readonly signature: string;
  /** "20260105T120000Z" */
  readonly date: string;
  readonly dateMs: number;
  readonly sessionToken: string | undefined;
  /** Seconds that a presigned URL lives; undefined for other requests. */
  readonly expiresSeconds: number | undefined;
}

export const algorithm = "AWS4-HMAC-SHA256";

/** Refuses algorithms that are not verified here, such as SigV4A and the older signature versions. */
export function checkAlgorithm(identified: Identified, request: HttpRequest): void {
  if (identified.scope?.header) return;
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    if (authorization.startsWith(`${algorithm} `)) return;
    const [used = ""] = authorization.split(/[\s,]/);
    if (used.startsWith("AWS") && used !== algorithm) throw unsupportedAlgorithm(identified, used);
    return;
  }
  const at = request.target.indexOf("X-Amz-Algorithm=");
  if (at < 0) return;
  const [used = ""] = request.target.slice(at + 16).split("&");
  if (used !== algorithm) throw unsupportedAlgorithm(identified, used);
}

export function readClaim(
  identified: Identified,
  scope: CredentialScope,
  request: HttpRequest,
): Claim {
  return scope.presigned
    ? readPresigned(identified, scope, request)
    : readHeader(identified, scope, request);
}

function readHeader(identified: Identified, scope: CredentialScope, request: HttpRequest): Claim {
  const { headers } = request;
  const text = headers.authorization ?? "";
  const take = (name: string): string => {
    const start = text.indexOf(`${name}=`);
    const value = start < 0 ? "" : upToSeparator(text, start + name.length + 1);
    if (value !== "") return value;
    throw incompleteSignature(
      identified,
      `Authorization header requires '${name}' parameter. Authorization=${text.split(" ")[0]}`,
    );
  };
  const date = headers["x-amz-date"] ?? compactDate(headers.date);
  if (date === undefined)
    throw incompleteSignature(
      identified,
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  const { signedHeaders, signedHeadersText } =
    scope.header ?? listed(take("SignedHeaders").toLowerCase());
  return {
    scope,
    signedHeaders,
    signedHeadersText,
    signature: scope.header ? text.slice(scope.header.signatureAt) : take("Signature"),
    date,
    dateMs: momentOf(identified, date),
    sessionToken: headers["x-amz-security-token"],
    expiresSeconds: undefined,
  };
}

function listed(signedHeadersText: string): Pick<Claim, "signedHeaders" | "signedHeadersText"> {
  return { signedHeaders: signedHeadersText.split(";"), signedHeadersText };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
function readPresigned(
  identified: Identified,
  scope: CredentialScope,
  request: HttpRequest,
): Claim {
  const query = parseQuery(request.target.slice(request.target.indexOf("?") + 1));
  const take = (name: string): string => {
    const value = query.get(name)?.[0];
    if (value === undefined || value === "")
      throw incompleteSignature(identified, `AWS query-string parameters must include '${name}'.`);
    return value;
  };
  const date = take("X-Amz-Date");
  // Only S3 demands a lifetime; elsewhere the signature lives as long as any.
  const expires = query.get("X-Amz-Expires")?.[0];
  const expiresSeconds = Number(expires ?? 900);
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 0 || expiresSeconds > 604_800)
    throw incompleteSignature(
      identified,
      "X-Amz-Expires must be a number of seconds, less than a week (604800).",
    );
  return {
    scope,
    ...listed(take("X-Amz-SignedHeaders").toLowerCase()),
    signature: take("X-Amz-Signature"),
    date,
    dateMs: momentOf(identified, date),
    sessionToken: query.get("X-Amz-Security-Token")?.[0],
    expiresSeconds,
  };
}

const compact = /^\d{8}T\d{6}Z$/;

/** The moment that was read last: all requests of one second are signed with the same. */
const lastRead = { date: "", dateMs: 0 };

function momentOf(identified: Identified, date: string): number {
  if (date === lastRead.date) return lastRead.dateMs;
  lastRead.dateMs = readMoment(identified, date);
  lastRead.date = date;
  return lastRead.dateMs;
}

function readMoment(identified: Identified, date: string): number {
  if (compact.test(date)) {
    const part = (start: number, end: number) => Number(date.slice(start, end));
    const dateMs = utcMs([
      part(0, 4),
      part(4, 6),
      part(6, 8),
      part(9, 11),
      part(11, 13),
      part(13, 15),
    ]);
    if (dateMs !== undefined) return dateMs;
  }
  throw incompleteSignature(
    identified,
    `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

function compactDate(httpDate: string | undefined): string | undefined {
  const dateMs = httpDate === undefined ? Number.NaN : parseIso(httpDate);
  return Number.isNaN(dateMs) ? undefined : formatCompact(dateMs);
}

/** "20260105T120000Z" */
export function formatCompact(timeMs: number): string {
  return isoSeconds(timeMs).replaceAll(/[-:]/g, "");
}
