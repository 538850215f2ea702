/** Reads who claims to have signed a request, without believing it. */
import type { HttpRequest } from "#http/http.ts";
import type { CredentialScope, SignedHeader } from "../protocol.ts";

/** From the Authorization header or a presigned URL; undefined when the request is not signed so. */
export function readScope(request: HttpRequest): CredentialScope | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) return scopeOfHeader(authorization);
  const at = request.target.indexOf("X-Amz-Credential=");
  if (at < 0) return readVersion2(request.target);
  const rest = request.target.slice(at + 17);
  const end = rest.indexOf("&");
  try {
    return parseScope(decodeURIComponent(end < 0 ? rest : rest.slice(0, end)), true);
  } catch {
    return undefined;
  }
}

/**
 * A client says the same in each header, but for the signature. What was read last is kept, in as many places as
 * there may be clients at a time; one that takes another's place costs no more than reading it.
 */
const recent: (Recent | undefined)[] = Array.from({ length: 256 }, () => undefined);

interface Recent {
  /** The header up to its signature. */
  readonly start: string;
  readonly scope: CredentialScope;
}

/** Hexadecimal digits of a signature. */
const signatureLength = 64;

function scopeOfHeader(text: string): CredentialScope | undefined {
  const signatureAt = text.length - signatureLength;
  const place = placeOf(text, signatureAt);
  const kept = recent[place];
  // Strings of one length are compared eight characters at a time; startsWith takes one after the other.
  if (kept && text.slice(0, signatureAt) === kept.start) return kept.scope;
  const start = text.indexOf("Credential=");
  if (start < 0) return undefined;
  const scope = parseScope(upToSeparator(text, start + 11), false);
  const header = scope && readSignedHeader(text, signatureAt);
  if (!header) return scope;
  const whole: CredentialScope = { ...scope, header };
  recent[place] = { start: text.slice(0, signatureAt), scope: whole };
  return whole;
}

function placeOf(text: string, end: number): number {
  let sum = end;
  for (let at = 45; at < end; at += 23) sum = (sum * 31 + text.charCodeAt(at)) & 0xff_ffff;
  return sum & (recent.length - 1);
}

function readSignedHeader(text: string, signatureAt: number): SignedHeader | undefined {
  if (signatureAt < 0) return undefined;
  const [, signedHeaders] =
    /^AWS4-HMAC-SHA256 Credential=[^,\s]+, ?SignedHeaders=([^,\s]+), ?Signature=$/.exec(
      text.slice(0, signatureAt),
    ) ?? [];
  if (signedHeaders === undefined || /[,\s]/.test(text.slice(signatureAt))) return undefined;
  const signedHeadersText = signedHeaders.toLowerCase();
  return { signedHeaders: signedHeadersText.split(";"), signedHeadersText, signatureAt };
}

/**
 * Of the services only S3 takes URLs that are signed with Signature Version 2; the query API's old
 * requests, which name their SignatureVersion, are others.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
function readVersion2(target: string): CredentialScope | undefined {
  const query = target.slice(target.indexOf("?") + 1);
  const [, accessKeyId] = /(?:^|&)AWSAccessKeyId=([^&]+)/.exec(query) ?? [];
  if (accessKeyId === undefined || query.includes("SignatureVersion=")) return undefined;
  try {
    return {
      version: 2,
      accessKeyId: decodeURIComponent(accessKeyId),
      date: "",
      region: "",
      service: "s3",
      text: "",
      presigned: true,
    };
  } catch {
    return undefined;
  }
}

/** "AKID/20260105/us-east-1/sqs/aws4_request"; an access key may itself hold slashes. */
export function parseScope(text: string, presigned: boolean): CredentialScope | undefined {
  if (!text.endsWith("/aws4_request")) return undefined;
  const serviceEnd = text.length - "/aws4_request".length;
  const regionEnd = text.lastIndexOf("/", serviceEnd - 1);
  const dateEnd = text.lastIndexOf("/", regionEnd - 1);
  const keyEnd = text.lastIndexOf("/", dateEnd - 1);
  if (dateEnd <= 0 || keyEnd < 0) return parseRegionless(text.split("/"), presigned);
  return {
    version: 4,
    accessKeyId: text.slice(0, keyEnd),
    date: text.slice(keyEnd + 1, dateEnd),
    region: text.slice(dateEnd + 1, regionEnd),
    service: text.slice(regionEnd + 1, serviceEnd),
    text: text.slice(keyEnd + 1),
    presigned,
  };
}

/** What stands in a header from an offset to the next comma or white space. */
export function upToSeparator(text: string, start: number): string {
  // AWS's clients write a comma behind all but the last, and no white space before it.
  const comma = text.indexOf(",", start);
  const value = text.slice(start, comma < 0 ? text.length : comma);
  const blank = value.includes(" ") || value.includes("\t") ? value.search(/[\t ]/) : -1;
  return blank < 0 ? value : value.slice(0, blank);
}

/** SigV4A's scope has no region. It is read so that the request reaches the refusal it deserves. */
function parseRegionless(
  parts: readonly string[],
  presigned: boolean,
): CredentialScope | undefined {
  const [accessKeyId, date, service, end] = parts;
  if (parts.length !== 4 || end !== "aws4_request") return undefined;
  return {
    version: 4,
    accessKeyId: accessKeyId!,
    date: date!,
    region: "us-east-1",
    service: service!,
    text: parts.slice(1).join("/"),
    presigned,
  };
}
