/**
 * Signed URLs carry headers in their query: signers move `x-amz-…` headers there, and S3 takes them
 * as if they were sent.
 */
import type { HttpRequest } from "#http/http.ts";
import { parseQuery } from "./rest/route.ts";

type Headers = HttpRequest["headers"];

/** What signatures themselves add. */
const ofSigning =
  /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/;

/** The request's headers, with those of its URL that it does not send itself. */
export function withUrlHeaders({ target, headers }: HttpRequest): Headers {
  const at = target.indexOf("?");
  if (at < 0 || !/[?&]x-amz-/i.test(target)) return headers;
  const found: Record<string, string> = {};
  for (const [key, values] of parseQuery(target.slice(at + 1))) {
    const name = key.toLowerCase();
    if (name.startsWith("x-amz-") && !ofSigning.test(name)) found[name] = values.join(",");
  }
  return { ...found, ...headers };
}
