/**
 * The text that a URL signed with Signature Version 2 stands for.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
import type { HttpRequest } from "#http/http.ts";
import type { Query } from "../rest/route.ts";
import { bucketOfHost } from "../s3-bucket-host.ts";

/** What of the query names a resource of its own, and is therefore signed. */
const subResources = new Set([
  "accelerate",
  "acl",
  "analytics",
  "cors",
  "defaultObjectAcl",
  "delete",
  "inventory",
  "lifecycle",
  "location",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "partNumber",
  "policy",
  "replication",
  "requestPayment",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
  "restore",
  "select",
  "select-type",
  "storageClass",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
]);

/**
 * The forms that clients sign, AWS's first: a bucket is named "/photos" by some and "/photos/" by
 * others, whichever of them is sent.
 */
export function stringsToSign(request: HttpRequest, query: Query): string[] {
  const valueOf = (name: string) => request.headers[name] ?? query.get(name)?.[0] ?? "";
  const head = [
    request.method,
    valueOf("content-md5"),
    valueOf("content-type"),
    query.get("Expires")?.[0] ?? "",
    ...amzHeaders(request, query),
  ].join("\n");
  const [path, search = ""] = splitOnce(request.target, "?");
  const bucket = bucketOfHost(request.headers.host);
  const resource = bucket === undefined ? path : `/${bucket}${path}`;
  const resources = [resource];
  const [, alone] = /^(\/[^/]+)\/?$/.exec(resource) ?? [];
  if (alone !== undefined) resources.push(resource === alone ? `${alone}/` : alone);
  const signedQuery = subResourcesOf(search);
  return resources.map((text) => `${head}\n${text}${signedQuery}`);
}

/** "x-amz-acl:private", sorted; what a URL carries itself counts like a header. */
function amzHeaders({ headers }: HttpRequest, query: Query): string[] {
  const found = new Map<string, string>();
  for (const [name, values] of query)
    if (/^x-amz-/i.test(name)) found.set(name.toLowerCase(), values.join(","));
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name.startsWith("x-amz-"))
      found.set(name, value.trim().replaceAll(", ", ","));
  }
  return [...found.keys()].toSorted().map((name) => `${name}:${found.get(name)}`);
}

function subResourcesOf(search: string): string {
  const found = search
    .split("&")
    .map((part) => splitOnce(part, "="))
    .filter(([name]) => subResources.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => (value === undefined ? name : `${name}=${unescape(value)}`));
  return found.length === 0 ? "" : `?${found.join("&")}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
