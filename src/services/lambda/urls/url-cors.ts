/** Which pages of browsers may call a function URL. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { UrlCors } from "./records.ts";

const any = "*";

/** The answer to a page that asks first; undefined for other requests, which the function answers. */
export function preflight(
  { method, headers }: Pick<HttpRequest, "method" | "headers">,
  cors: UrlCors | undefined,
): HttpReply | undefined {
  if (!cors || method !== "OPTIONS") return undefined;
  if (headers["origin"] === undefined || headers["access-control-request-method"] === undefined)
    return undefined;
  const shared = corsHeaders(headers["origin"], cors);
  const { allowHeaders, allowMethods, maxAgeSeconds } = cors;
  return {
    status: 200,
    headers: {
      ...shared,
      ...(shared["access-control-allow-origin"] !== undefined && {
        ...(allowMethods.length > 0 && { "access-control-allow-methods": allowMethods.join(",") }),
        ...(allowHeaders.length > 0 && { "access-control-allow-headers": allowHeaders.join(",") }),
        ...(maxAgeSeconds !== undefined && { "access-control-max-age": String(maxAgeSeconds) }),
      }),
    },
    body: "",
  };
}

/** What lets the asking page read an answer; takes the place of what the function says of it. */
export function corsHeaders(
  origin: string | undefined,
  cors: UrlCors | undefined,
): Record<string, string> {
  if (!cors || origin === undefined) return {};
  const { allowCredentials, allowOrigins, exposeHeaders } = cors;
  if (!allowOrigins.some((one) => one === any || one.toLowerCase() === origin.toLowerCase()))
    return { vary: "Origin" };
  // A page that sends credentials is not content with a star.
  const isAny = allowOrigins.includes(any) && !allowCredentials;
  return {
    "access-control-allow-origin": isAny ? any : origin,
    ...(!isAny && { vary: "Origin" }),
    ...(allowCredentials && { "access-control-allow-credentials": "true" }),
    ...(exposeHeaders.length > 0 && { "access-control-expose-headers": exposeHeaders.join(",") }),
  };
}
