/** What a balancer reads in a request before it knows where it goes. */
import type { HttpRequest } from "#http/http.ts";
import type { ProtocolVersion } from "./config.ts";
import { plainAddress } from "./fields.ts";
import type { Listener } from "./listener.ts";
import type { CompiledRule, RequestFacts, Transformed } from "./rules.ts";

/**
 * The target's path, and its host where that is not simply the client's: a rule may rewrite both, and
 * AWS names the port of a listener that is not on the usual one.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#host-header-preservation
 */
export function placeOf(
  request: HttpRequest,
  facts: RequestFacts,
  { transform }: CompiledRule,
  { port }: Listener,
  preserveHost: boolean,
): { target: string; host: string | undefined; transformed?: Transformed } {
  const usual = port === (request.secure ? 443 : 80);
  const { target } = request;
  if (!transform && (preserveHost || usual)) return { target, host: undefined };
  const transformed = transform?.({ host: facts.host, target });
  const place = transformed ?? { host: facts.host, target };
  const known = { target: place.target, ...(transformed && { transformed }) };
  const unchanged = place.host === facts.host;
  if (unchanged && (preserveHost || usual)) return { ...known, host: undefined };
  return {
    ...known,
    host: preserveHost || usual ? place.host : `${place.host}:${port}`,
  };
}

export function hostField({ headers }: HttpRequest): string {
  return headers["host"] ?? "";
}

export function protocolOf({ secure }: HttpRequest): "http" | "https" {
  return secure ? "https" : "http";
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-464-issues */
export function isCompatible(
  version: ProtocolVersion,
  { httpVersion, method, rawHeaders }: HttpRequest,
) {
  if (version === "HTTP1") return !isGrpc(rawHeaders);
  return httpVersion === "2.0" && (version === "HTTP2" || method === "POST");
}

function isGrpc(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === 12 && rawHeaders[index]!.toLowerCase() === "content-type")
      return rawHeaders[index + 1]!.startsWith("application/grpc");
  return false;
}

export function factsOf(request: HttpRequest): RequestFacts {
  const { method, target, rawHeaders } = request;
  const mark = target.indexOf("?");
  return {
    method,
    host: hostOf(rawHeaders),
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    sourceIp: plainAddress(request.remoteAddress),
    rawHeaders,
  };
}

function hostOf(rawHeaders: readonly string[]): string {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === "host")
      return rawHeaders[index + 1]!.replace(/:\d*$/, "");
  return "";
}
