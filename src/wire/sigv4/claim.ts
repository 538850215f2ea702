/** What a signed request claims: who signed which parts of it when. Believed once verified. */
import type { HttpRequest } from "#http/http.ts";
import type { AwsError } from "#model/error.ts";
import { isoSeconds, parseIso, utcMs } from "#runtime/date.ts";
import { parseQuery } from "../rest/route.ts";
import type { CredentialScope, Identified } from "../protocol.ts";
import { incompleteSignature, unsupportedAlgorithm } from "./refusals.ts";
import {
  malformedHeader,
  malformedQuery,
  twoMechanisms,
  unsupportedAuthorization,
} from "./s3-refusals.ts";
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
  const { authorization } = request.headers;
  if (authorization !== undefined && identified.service === "s3" && isPresigned(request.target))
    throw twoMechanisms(authorization);
  if (identified.scope?.header) return;
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

function isPresigned(target: string): boolean {
  return /[?&](?:X-Amz-Algorithm|X-Amz-Signature|Signature)=/.test(target);
}

/** Refuses what looks signed and does not say by whom: it is not nobody's. */
export function refuseUnreadable(identified: Identified, request: HttpRequest): void {
  if (identified.scope) return;
  checkAlgorithm(identified, request);
  const { authorization } = request.headers;
  const s3 = identified.service === "s3";
  if (authorization !== undefined) {
    if (s3 && !authorization.startsWith("AWS")) throw unsupportedAuthorization(authorization);
    const credential = parameter(authorization, "Credential");
    if (credential === "") throw incompleteHeader(identified, request);
    throw incompleteSignature(
      identified,
      malformedCredential(credential),
      malformedHeader(`the Credential is mal-formed; expecting ${credentialForm}.`),
    );
  }
  if (!/[?&]X-Amz-(?:Algorithm|Signature)=/.test(request.target)) return;
  const query = parseQuery(request.target.slice(request.target.indexOf("?") + 1));
  const credential = query.get("X-Amz-Credential")?.[0];
  if (credential === undefined) throw incompleteQuery(identified, "X-Amz-Credential");
  throw incompleteSignature(
    identified,
    malformedCredential(credential),
    malformedQuery(
      `Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting ${credentialForm}.`,
    ),
  );
}

const credentialForm = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"';

function malformedCredential(credential: string): string {
  return `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
}

/** "" where it is missing. */
function parameter(authorization: string, name: string): string {
  const start = authorization.indexOf(`${name}=`);
  return start < 0 ? "" : upToSeparator(authorization, start + name.length + 1);
}

/** Names all that is missing at once, as AWS does. */
function incompleteHeader(identified: Identified, { headers }: HttpRequest): AwsError {
  const { authorization = "", date } = headers;
  const signed = ["Credential", "Signature", "SignedHeaders"].filter(
    (name) => parameter(authorization, name) === "",
  );
  const missing = signed.map((name) => `Authorization header requires '${name}' parameter.`);
  if (headers["x-amz-date"] === undefined && date === undefined)
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  const [used] = authorization.split(" ");
  return incompleteSignature(
    identified,
    [...missing, `Authorization=${used}`].join(" "),
    signed.length > 0
      ? malformedHeader(
          "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
        )
      : ["AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"],
  );
}

function incompleteQuery(identified: Identified, name: string): AwsError {
  return incompleteSignature(
    identified,
    `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
    malformedQuery(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    ),
  );
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
  const date = headers["x-amz-date"] ?? compactDate(headers.date);
  const { signedHeaders, signedHeadersText } =
    scope.header ?? listed(parameter(text, "SignedHeaders").toLowerCase());
  const signature = scope.header
    ? text.slice(scope.header.signatureAt)
    : parameter(text, "Signature");
  if (date === undefined || signedHeadersText === "" || signature === "")
    throw incompleteHeader(identified, request);
  return {
    scope,
    signedHeaders,
    signedHeadersText,
    signature,
    date,
    dateMs: momentOf(identified, date, scope),
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
    if (value === undefined || value === "") throw incompleteQuery(identified, name);
    return value;
  };
  const date = take("X-Amz-Date");
  // Only S3 demands a lifetime; elsewhere the signature lives as long as any.
  const expires = query.get("X-Amz-Expires")?.[0];
  if (expires === undefined && identified.service === "s3")
    throw incompleteQuery(identified, "X-Amz-Expires");
  return {
    scope,
    ...listed(take("X-Amz-SignedHeaders").toLowerCase()),
    signature: take("X-Amz-Signature"),
    date,
    dateMs: momentOf(identified, date, scope),
    sessionToken: query.get("X-Amz-Security-Token")?.[0],
    expiresSeconds: readLifetime(identified, expires ?? "900"),
  };
}

function readLifetime(identified: Identified, expires: string): number {
  const refused = (message: string) =>
    incompleteSignature(identified, message, malformedQuery(message));
  if (!/^-?\d{1,15}$/.test(expires)) throw refused("X-Amz-Expires should be a number");
  const seconds = Number(expires);
  if (seconds < 0) throw refused("X-Amz-Expires must be non-negative");
  if (seconds > 604_800)
    throw refused(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  return seconds;
}

const compact = /^\d{8}T\d{6}Z$/;

/** The moment that was read last: all requests of one second are signed with the same. */
const lastRead = { date: "", dateMs: 0 };

function momentOf(identified: Identified, date: string, scope: CredentialScope): number {
  if (date === lastRead.date) return lastRead.dateMs;
  lastRead.dateMs = readMoment(identified, date, scope);
  lastRead.date = date;
  return lastRead.dateMs;
}

function readMoment(identified: Identified, date: string, { presigned }: CredentialScope): number {
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
    presigned
      ? malformedQuery(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
      : ["AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"],
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
