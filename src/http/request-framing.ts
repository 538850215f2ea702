/** How a request begins, and how its body is delimited (RFC 9112, 3 and 6). */
import { emptyBody } from "./http.ts";
import type { ClientRequest } from "./client-exchange.ts";
import { isToken } from "./syntax.ts";

/** Methods that may be sent twice (RFC 9110, 9.2.2). */
export const idempotent: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "TRACE",
]);

/** Throws TypeError for what is no request line. */
export function requestLine(method: string, target: string): string {
  if (!isToken(method) || !/^[\x21-\x7e\x80-\xff]+$/.test(target))
    throw new TypeError("the request line cannot be sent");
  return `${method} ${target} HTTP/1.1\r\n`;
}

/** The end of the head before a body that is known. */
export function framingOf({ method, body }: ClientRequest, length: number): string {
  const silent = length === 0 && (body === undefined || body === emptyBody) && !wantsLength(method);
  return silent ? "\r\n" : `Content-Length: ${length}\r\n\r\n`;
}

/** The end of the head before a body that streams; in chunks unless its length is known. */
export function streamFramingOf(bodyLength: number | undefined): string {
  return bodyLength === undefined
    ? "Transfer-Encoding: chunked\r\n\r\n"
    : `Content-Length: ${bodyLength}\r\n\r\n`;
}

/** Methods whose body is expected say that it is empty (RFC 9110, 8.6). */
function wantsLength(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}
