/** Cross-origin rules for browsers that call the API from a page of their own. */
import type { HttpReply, HttpRequest } from "#http/http.ts";

const exposed = [
  "etag",
  "x-amz-version-id",
  "x-amz-request-id",
  "x-amz-id-2",
  "x-amzn-requestid",
  "x-amzn-errortype",
  "x-amz-delete-marker",
].join(", ");

/** True for a browser's question whether it may call. */
export function isPreflight(request: HttpRequest): boolean {
  return (
    request.method === "OPTIONS" &&
    request.headers.origin !== undefined &&
    request.headers["access-control-request-method"] !== undefined
  );
}

export function answerPreflight(request: HttpRequest): HttpReply {
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

/** Adds the headers that let the asking page read the reply; none when no page asks. */
export function allowOrigin(request: HttpRequest, reply: HttpReply): HttpReply {
  if (request.headers.origin === undefined) return reply;
  if (reply.headers["access-control-allow-origin"] !== undefined) return reply;
  Object.assign(reply.headers, originHeaders(request));
  return reply;
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
