/** Reads who claims to have signed a request, without believing it. */
import type { HttpRequest } from "#http/http.ts";
import type { CredentialScope } from "../protocol.ts";

/** From the Authorization header or a presigned URL; undefined when the request is not signed so. */
export function readScope(request: HttpRequest): CredentialScope | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const start = authorization.indexOf("Credential=");
    if (start < 0) return undefined;
    const rest = authorization.slice(start + 11);
    const end = rest.search(/[,\s]/);
    return parseScope(end < 0 ? rest : rest.slice(0, end), false);
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
  const parts = text.split("/");
  const [date, region, service, end] = parts.slice(-4);
  if (parts.length < 5 || end !== "aws4_request") return parseRegionless(parts, presigned);
  return {
    version: 4,
    accessKeyId: parts.slice(0, -4).join("/"),
    date: date!,
    region: region!,
    service: service!,
    presigned,
  };
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
