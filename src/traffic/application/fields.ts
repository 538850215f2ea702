/** Header fields on their way through: what is for one hop only is taken out, what AWS adds is added. */
import { hasOption } from "#http/syntax.ts";
import type { HttpRequest } from "#http/http.ts";
import { tracedId } from "./trace-ids.ts";

export interface ForwardingOptions {
  dropInvalidHeaders: boolean;
  forwardedFor: "append" | "preserve" | "remove";
  forwardedForPort: boolean;
  /** What is known of field names. */
  names: FieldNames;
  /** The target's connection ends behind this request. */
  closes?: boolean;
  /** Of the listener. */
  port: number;
  protocol: "http" | "https";
  /** What the balancer tells of the connection, names and values in turn. */
  added: readonly string[];
  /** Path and query that are passed on. */
  target: string;
  /** Undefined to pass on the one that came. */
  host: string | undefined;
  /**
   * What a request of HTTP/1.0 that names no host is for: HTTP/1.1 has to say it.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#http-connections
   */
  ownHost: string;
  /** A fresh "1-68a1…-…" for requests that have none; undefined leaves tracing to others. */
  newTraceId: (() => string) | undefined;
  /** Upgrades are not passed on. */
  noUpgrades?: boolean;
}

export interface ForwardedFields {
  rawHeaders: string[];
  /** Bytes of the request's own fields. */
  sizeBytes: number;
  upgrade: boolean;
  /** Path and query for the target. */
  target: string;
  /** Names that AWS does not take for valid were among them. */
  invalidNames: boolean;
}

const ownFields = /^x-amzn-(?:mtls-|tls-|oidc-)/;

const mostForwardedAddresses = 30;

/** Undefined when X-Forwarded-For names more than 30 addresses: AWS answers 463. */
export function requestFields(
  request: HttpRequest,
  options: ForwardingOptions,
): ForwardedFields | undefined {
  const source = request.rawHeaders;
  const rawHeaders: string[] = [];
  let sizeBytes = request.target.length + request.method.length + 12;
  let forwardedFor: string | undefined;
  let traceId: string | undefined;
  let connection: string | undefined;
  let upgrade: string | undefined;
  let invalidNames = false;
  let namesHost = false;
  for (let index = 0; index < source.length; index += 2) {
    const name = source[index]!;
    const value = source[index + 1]!;
    sizeBytes += name.length + value.length + 4;
    const { hop, valid, own, host } = options.names.of(name);
    if (hop === undefined) {
      if (!valid) {
        invalidNames = true;
        if (options.dropInvalidHeaders) continue;
      }
      // Nobody but the balancer says who the client is.
      if (own && options.protocol === "https") continue;
      namesHost ||= host;
      rawHeaders.push(name, host && options.host !== undefined ? options.host : value);
    } else if (hop === "x-forwarded-for")
      forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
    else if (hop === "x-amzn-trace-id") traceId = value;
    else if (hop === "connection")
      connection = connection === undefined ? value : `${connection}, ${value}`;
    else if (hop === "upgrade") upgrade = value;
  }
  if (!namesHost) rawHeaders.unshift("Host", options.ownHost);
  if (connection !== undefined) dropNamed(rawHeaders, connection);
  if (forwardedFor !== undefined && forwardedFor.split(",").length > mostForwardedAddresses)
    return undefined;
  addForwarded(rawHeaders, forwardedFor, request, options);
  if (options.added.length > 0) rawHeaders.push(...options.added);
  const { newTraceId } = options;
  if (newTraceId) rawHeaders.push("X-Amzn-Trace-Id", tracedId(traceId, newTraceId(), sizeBytes));
  else if (traceId !== undefined) rawHeaders.push("X-Amzn-Trace-Id", traceId);
  // In HTTP/1.0 there is no such field (RFC 9110, 7.8).
  const upgrading =
    !options.noUpgrades &&
    request.httpVersion === "1.1" &&
    upgrade !== undefined &&
    connection !== undefined &&
    hasOption(connection, "upgrade");
  if (upgrading) rawHeaders.push("Upgrade", upgrade!, "Connection", "Upgrade");
  else if (options.closes) rawHeaders.push("Connection", "close");
  return { rawHeaders, sizeBytes, upgrade: upgrading, target: options.target, invalidNames };
}

/** A response's fields for the client, and their size. */
export function responseFields(
  source: readonly string[],
  upgrade: boolean,
  names: FieldNames,
): { rawHeaders: string[]; sizeBytes: number } {
  const rawHeaders: string[] = [];
  let sizeBytes = 17;
  let connection: string | undefined;
  for (let index = 0; index < source.length; index += 2) {
    const name = source[index]!;
    const value = source[index + 1]!;
    sizeBytes += name.length + value.length + 4;
    const { hop } = names.of(name);
    if (hop === undefined || hop.startsWith("x-")) rawHeaders.push(name, value);
    // The length is the message's own; the engine frames by it.
    else if (hop === "content-length") rawHeaders.push(name, value);
    else if (upgrade && (hop === "upgrade" || hop === "connection")) rawHeaders.push(name, value);
    else if (hop === "connection")
      connection = connection === undefined ? value : `${connection}, ${value}`;
  }
  if (connection !== undefined) dropNamed(rawHeaders, connection);
  return { rawHeaders, sizeBytes };
}

const hopFields = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-amzn-trace-id",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** What a field's name says about it. */
interface NameFacts {
  /** The name in lower case if the field is not simply passed on. */
  hop: string | undefined;
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html */
  valid: boolean;
  /** One of those with which the balancer tells who the client is. */
  own: boolean;
  host: boolean;
}

const mostNames = 1000;

/** The same names come again and again: what they are is found out once. */
export class FieldNames {
  readonly #known = new Map<string, NameFacts>();

  of(name: string): NameFacts {
    return this.#known.get(name) ?? this.#learn(name);
  }

  #learn(name: string): NameFacts {
    const lower = name.toLowerCase();
    const facts = {
      hop: hopFields.has(lower) ? lower : undefined,
      valid: /^[-a-z0-9]+$/.test(lower),
      own: ownFields.test(lower),
      host: lower === "host",
    };
    // A name that was cut out of a head would keep all of that head.
    if (this.#known.size < mostNames && name.length < 100)
      this.#known.set(Buffer.from(name, "latin1").toString("latin1"), facts);
    return facts;
  }
}

const keptOptions = new Set(["", "close", "host", "keep-alive", "upgrade"]);

/** Fields that Connection names are for this hop as well (RFC 9110, 7.6.1); Host is every hop's. */
function dropNamed(rawHeaders: string[], connection: string): void {
  for (const option of connection.toLowerCase().split(",")) {
    const name = option.trim();
    if (keptOptions.has(name)) continue;
    for (let index = rawHeaders.length - 2; index >= 0; index -= 2)
      if (rawHeaders[index]!.toLowerCase() === name) rawHeaders.splice(index, 2);
  }
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
function addForwarded(
  rawHeaders: string[],
  present: string | undefined,
  request: HttpRequest,
  options: ForwardingOptions,
): void {
  if (options.forwardedFor === "append") {
    const client = clientOf(request, options.forwardedForPort);
    rawHeaders.push("X-Forwarded-For", present === undefined ? client : `${present}, ${client}`);
  } else if (options.forwardedFor === "preserve" && present !== undefined)
    rawHeaders.push("X-Forwarded-For", present);
  rawHeaders.push("X-Forwarded-Proto", options.protocol, "X-Forwarded-Port", String(options.port));
}

/** An IPv6 address with a port stands in brackets. */
function clientOf({ remoteAddress, remotePort }: HttpRequest, withPort: boolean): string {
  const address = plainAddress(remoteAddress);
  if (!withPort) return address;
  return address.includes(":") ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
}

/** Of a client's address as a socket tells it. */
export function isIpv6(address: string): boolean {
  return address.includes(":") && !address.startsWith("::ffff:");
}

export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
