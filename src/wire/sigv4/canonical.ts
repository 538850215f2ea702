/**
 * The text that is signed for a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { HttpRequest } from "#http/http.ts";

export interface CanonicalOptions {
  readonly signedHeaders: readonly string[];
  readonly signedHeadersText: string;
  readonly payloadHash: string;
  /** S3 takes the path as it is; the others resolve dots and encode it once more. */
  readonly path: "once" | "twice" | "normalized";
}

export function canonicalRequest(request: HttpRequest, options: CanonicalOptions): string {
  const { target, method } = request;
  const at = target.indexOf("?");
  const path = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? "" : canonicalQuery(target.slice(at + 1));
  let headers = "";
  for (const name of options.signedHeaders)
    headers += `${name}:${canonicalHeader(request, name)}\n`;
  return `${method}\n${canonicalPath(path, options.path)}\n${query}\n${headers}\n${options.signedHeadersText}\n${options.payloadHash}`;
}

function canonicalPath(path: string, rule: CanonicalOptions["path"]): string {
  if (path === "/" || path === "") return "/";
  if (rule === "once") return path;
  if (rule === "normalized")
    return path
      .split("/")
      .map((part) => encode(decode(part)))
      .join("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") kept.pop();
    else kept.push(encode(part));
  }
  return `/${kept.join("/")}${path.endsWith("/") && kept.length > 0 ? "/" : ""}`;
}

function canonicalQuery(search: string): string {
  const pairs: [string, string][] = [];
  for (const part of search.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = recode(equals < 0 ? part : part.slice(0, equals));
    if (name === "X-Amz-Signature") continue;
    pairs.push([name, equals < 0 ? "" : recode(part.slice(equals + 1))]);
  }
  return pairs
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** Whatever the client escaped, the canonical form escapes all but the unreserved characters. */
function recode(text: string): string {
  return /^[\w.~-]*$/.test(text) ? text : encode(decode(text.replaceAll("+", " ")));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalHeader({ headers, rawHeaders }: HttpRequest, name: string): string {
  const value = headers[name] ?? "";
  if (!value.includes(" ")) return value.trim();
  if (!value.includes(", ")) return squeeze(value);
  // The engine joined repeated fields with a space that the client did not sign.
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.toLowerCase() === name) values.push(rawHeaders[index + 1]!);
  return values.length > 1 ? values.map(squeeze).join(",") : squeeze(value);
}

function squeeze(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes("  ") ? trimmed.replaceAll(/ {2,}/g, " ") : trimmed;
}
