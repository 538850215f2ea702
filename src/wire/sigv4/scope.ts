/** Reads who claims to have signed a request, without believing it. */
import type { HttpRequest } from "#http/http.ts";
import type { CredentialScope } from "../protocol.ts";

/** From the Authorization header or a presigned URL; undefined when the request is not signed so. */
export function readScope(request: HttpRequest): CredentialScope | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const start = authorization.indexOf("Credential=");
    if (start < 0) return undefined;
    return parseScope(upToSeparator(authorization, start + 11), false);
  }
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
      presigned: true,
    };
  } catch {
    return undefined;
  }
}

/** "AKID/20260105/us-east-1/sqs/aws4_request"; an access key may itself hold slashes. */
function parseScope(text: string, presigned: boolean): CredentialScope | undefined {
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
    presigned,
  };
}

/** What stands in a header from an offset to the next comma or white space. */
export function upToSeparator(text: string, start: number): string {
  // AWS's clients write a comma behind all but the last, and no white space before it.
  const comma = text.indexOf(",", start);
  const value = text.slice(start, comma < 0 ? text.length : comma);
  const space = value.search(/[\t ]/);
  return space < 0 ? value : value.slice(0, space);
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
    presigned,
  };
}
