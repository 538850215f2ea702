/**
 * Serves buckets as websites: BUCKET.s3-website.REGION.HOST, and a bucket that is named as a domain under
 * that domain, as anybody may read them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/website-hosting-custom-domain-walkthrough.html
 */
import type { WebsiteConfiguration } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { Output } from "#model/sdk.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment, Site } from "#services/kit/service.ts";
import { mayVisit } from "../access/may-access.ts";
import { getDocument } from "../buckets/documents.ts";
import { accessDenied, noSuchBucket, noSuchKey, noSuchWebsite } from "../errors.ts";
import { buckets, everywhere, objects, type BucketRecord } from "../records.ts";
import { errorPage, isWebsiteError, redirectTo } from "./pages.ts";
import { encodePath, route } from "./routing.ts";

const websiteHost = /^(.+)\.s3-website(?:[.-]|$)/;

export function createWebsiteSite(env: Environment): Site {
  return {
    matches: ({ headers }) => websiteHost.test(headers.host ?? ""),
    handle: (request) => {
      const host = request.headers.host!;
      const [, name = ""] = websiteHost.exec(host.toLowerCase())!;
      return serve(env, request, name, host);
    },
    handleForeign: async (request) => {
      const host = request.headers.host ?? "";
      const name = host.toLowerCase().replace(/:\d+$/, "");
      const isWebsite = await env.store.transaction(async (tx) => {
        const bucket = await buckets.get(tx, everywhere, name);
        return bucket !== undefined && (await getDocument(tx, bucket, "website")) !== undefined;
      });
      return isWebsite ? serve(env, request, name, host) : undefined;
    },
  };
}

interface Visit {
  env: Environment;
  request: HttpRequest;
  bucket: BucketRecord;
  website: WebsiteConfiguration;
  /** As the visitor wrote it, with its port. */
  host: string;
}

async function serve(
  env: Environment,
  request: HttpRequest,
  name: string,
  host: string,
): Promise<HttpReply> {
  try {
    const visit = await open(env, request, name, host);
    if (request.method !== "GET" && request.method !== "HEAD")
      return errorPage(
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
      );
    return await visitKey(visit, keyOf(request.target));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return errorPage(error.status ?? 500, error.code, error.message);
  }
}

async function open(
  env: Environment,
  request: HttpRequest,
  name: string,
  host: string,
): Promise<Visit> {
  return env.store.transaction(async (tx) => {
    const bucket = await buckets.get(tx, everywhere, name);
    if (!bucket) throw noSuchBucket(name);
    const website = await getDocument(tx, bucket, "website");
    if (!website) throw noSuchWebsite(name);
    return { env, request, bucket, website, host };
  });
}

function keyOf(target: string): string {
  const [path = "/"] = target.split("?", 1);
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return path.slice(1);
  }
}

async function visitKey(visit: Visit, path: string): Promise<HttpReply> {
  const { website, host } = visit;
  const before = route(website, host, path, undefined);
  if (before) return redirectTo(before);
  const suffix = website.IndexDocument?.Suffix ?? "";
  const key = path === "" || path.endsWith("/") ? path + suffix : path;
  try {
    return await serveObject(visit, key, 200);
  } catch (error) {
    if (!isWebsiteError(error)) throw error;
    // A folder without its slash.
    const folder = key === path && (await mayRead(visit, `${path}/${suffix}`));
    if (folder) return redirectTo({ status: 302, location: `/${encodePath(path)}/` });
    const after = route(website, host, path, error.status);
    if (after) return redirectTo(after);
    return serveError(visit, error);
  }
}

/** True for an object that is there and that the visitor may see. */
async function mayRead({ env, request, bucket }: Visit, key: string): Promise<boolean> {
  return env.store.transaction(async (tx) => {
    const record = await objects.get(tx, everywhere, bucket.name, key);
    if (!record || record.deleteMarker) return false;
    return mayVisit(tx, bucket, visitorOf(request), "GetObject", key);
  });
}

function visitorOf({ remoteAddress, headers }: HttpRequest) {
  return {
    account: undefined,
    arn: undefined,
    sourceIp: remoteAddress,
    userAgent: headers["user-agent"] ?? "",
    referer: headers.referer,
    secureTransport: false,
  };
}

async function serveObject(visit: Visit, key: string, status: number): Promise<HttpReply> {
  const { env, request, bucket } = visit;
  if (!(await mayRead(visit, key))) throw await refusal(visit, key);
  const { account, region, name } = bucket;
  const client = env.clients.s3(asService({ account, region }, "s3.amazonaws.com"));
  const { headers } = request;
  const found = await client.GetObject({
    Bucket: name,
    Key: key,
    ...(status === 200 && {
      Range: headers.range,
      IfNoneMatch: headers["if-none-match"],
      IfModifiedSince: dateIn(headers["if-modified-since"]),
    }),
  });
  if (found.WebsiteRedirectLocation !== undefined)
    return redirectTo({ status: 301, location: found.WebsiteRedirectLocation });
  return describe(found, status, request.method === "HEAD");
}

/** Who may not list the bucket does not learn whether a key is there. */
function refusal({ env, request, bucket }: Visit, key: string): Promise<AwsError> {
  return env.store.transaction(async (tx) => {
    const mayList = await mayVisit(tx, bucket, visitorOf(request), "ListBucket", undefined);
    const record = await objects.get(tx, everywhere, bucket.name, key);
    return mayList && (!record || record.deleteMarker) ? noSuchKey(key) : accessDenied();
  });
}

function dateIn(text: string | undefined): Date | undefined {
  const timeMs = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : dateOf(timeMs);
}

function describe(found: Output<"s3", "GetObject">, status: number, head: boolean): HttpReply {
  const metadata = Object.entries(found.Metadata ?? {}).map(([name, value]) => [
    `x-amz-meta-${name}`,
    value,
  ]);
  return {
    status: found.ContentRange === undefined ? status : 206,
    headers: {
      "content-type": found.ContentType,
      "content-length": found.ContentLength,
      "content-range": found.ContentRange,
      "content-encoding": found.ContentEncoding,
      "content-language": found.ContentLanguage,
      "content-disposition": found.ContentDisposition,
      "cache-control": found.CacheControl,
      expires: found.ExpiresString,
      etag: found.ETag,
      "last-modified": found.LastModified?.toUTCString(),
      ...Object.fromEntries(metadata),
    },
    body: head ? "" : (found.Body ?? ""),
  };
}

async function serveError(visit: Visit, error: AwsError): Promise<HttpReply> {
  const status = error.status ?? 500;
  const key = visit.website.ErrorDocument?.Key;
  if (status === 304) return { status, headers: { ...error.headers }, body: "" };
  if (key !== undefined) {
    try {
      return await serveObject(visit, key, status);
    } catch (second) {
      if (!isWebsiteError(second)) throw second;
    }
  }
  return errorPage(status, error.code, error.message);
}
