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

/** Adds the headers that let the asking page read the reply; nothing when no page asks. */
export function allowOrigin(request: HttpRequest, reply: HttpReply): HttpReply {
  if (request.headers.origin === undefined) return reply;
  if (reply.headers["access-control-allow-origin"] !== undefined) return reply;
  Object.assign(reply.headers, originHeaders(request));
  return reply;
}

/** Only pages of this machine may read replies; a page from elsewhere gets no permission. */
function originHeaders(request: HttpRequest): HttpReply["headers"] {
  const origin = request.headers.origin ?? "";
  if (!isLocalOrigin(origin)) return { vary: "Origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": exposed,
    vary: "Origin",
  };
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "localhost.localstack.cloud" ||
    hostname.endsWith(".localhost.localstack.cloud") ||
    hostname === "127.0.0.1" ||
    hostname === "[::1]"
  );
}
