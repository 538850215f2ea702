/** Cross-origin rules for browsers that call the API from a page of their own. */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { CrossOriginRules } from "#services/kit/service.ts";

const exposed = [
  "etag",
  "x-amz-version-id",
  "x-amz-request-id",
  "x-amz-id-2",
  "x-amzn-requestid",
  "x-amzn-errortype",
  "x-amz-delete-marker",
].join(", ");

/** What becomes of a request that a browser's page made. */
export interface PageVerdict {
  /** The reply, when the request goes no further. */
  readonly answer?: HttpReply;
  /** What the reply must carry so that the page may read it. */
  readonly headers: HttpReply["headers"];
  readonly isForeign: boolean;
}

/**
 * Undefined when no page asks. A page from elsewhere may call nothing but what has rules of its own
 * for pages, as S3's buckets have: those decide then, for pages of this machine as well.
 */
export function judgePage(
  request: HttpRequest,
  allowed: ReadonlySet<string>,
  backend: { crossOrigin(): readonly CrossOriginRules[] },
): PageVerdict | undefined {
  if (request.headers.origin === undefined) return undefined;
  const isForeign = isForeignOrigin(request, allowed);
  for (const rules of backend.crossOrigin()) {
    const headers = rules.headersFor(request);
    if (headers) return { headers, isForeign };
  }
  const headers = originHeaders(request);
  if (isForeign) return { headers, isForeign, answer: refuseOrigin(request) };
  if (isPreflight(request)) return { headers, isForeign, answer: answerPreflight(request) };
  return { headers, isForeign };
}

/** True for a browser's question whether it may call. */
function isPreflight(request: HttpRequest): boolean {
  return (
    request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined
  );
}

function answerPreflight(request: HttpRequest): HttpReply {
  return {
    status: 204,
    headers: {
      ...originHeaders(request),
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-max-age": 86_400,
    },
  };
}

function refuseOrigin(request: HttpRequest): HttpReply {
  return {
    status: 403,
    headers: { "content-type": "text/plain" },
    body: `Pages of "${request.headers.origin}" may not call Fogbank. If it is yours, start with --allowed-hosts.\n`,
  };
}

/**
 * True for pages that are not of this machine: a form on any web page could otherwise create
 * queues here, since simple requests are sent without asking first.
 */
export function isForeignOrigin(request: HttpRequest, allowed: ReadonlySet<string>): boolean {
  const origin = request.headers.origin ?? "";
  // Requests that carry a signature were made by someone who holds a key.
  if (origin === "null") return request.headers.authorization === undefined;
  if (!URL.canParse(origin)) return true;
  return !isLocalName(new URL(origin).hostname) && !allowed.has(new URL(origin).hostname);
}

function originHeaders(request: HttpRequest): HttpReply["headers"] {
  return {
    "access-control-allow-origin": request.headers.origin,
    "access-control-expose-headers": exposed,
    vary: "Origin",
  };
}

function isLocalName(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "localhost.localstack.cloud" ||
    name.endsWith(".localhost.localstack.cloud") ||
    /^127(\.\d+){3}$/.test(name) ||
    name === "[::1]"
  );
}
