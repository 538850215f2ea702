/**
 * One line per request, as AWS writes them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
import { isoMillis } from "#runtime/date.ts";
import type { Wall } from "#runtime/clock.ts";
import { knownBody, lengthOf } from "#http/outgoing.ts";
import type { ByteStream, HttpReply, HttpRequest } from "#http/http.ts";
import { plainAddress } from "./fields.ts";
import type { PassedBytes } from "./tunnel.ts";
import type { Classification } from "./desync.ts";
import { FollowedBody } from "./followed-body.ts";
import { LogLines } from "./log-lines.ts";
import { replyHeadSize, requestHeadSize } from "./message-sizes.ts";
import type { Transformed } from "./rules.ts";

/** What is found out about a request while it is handled. Times are wall time, milliseconds. */
export interface Trace {
  startedMs: number;
  /** Monotonic. */
  beganMs: number;
  sentMs?: number;
  answeredMs?: number;
  /** The target took the request and broke off. */
  failedMs?: number;
  /** The balancer had its answer. */
  respondedMs?: number;
  target?: string;
  targetStatus?: number;
  group?: string;
  priority?: number;
  actions: string[];
  redirect?: string;
  /** AWS's code of why the balancer did not do what the rule says. */
  errorReason?: string;
  traceId?: string;
  /** What has been taken of the request's body. */
  upload?: { readonly bytes: number };
  /** The client went away before it had an answer. */
  clientGone?: boolean;
  /** A function has no address. */
  byFunction?: boolean;
  /** The name that the client asked for in its handshake, if a certificate has it. */
  domain?: string | undefined;
  certificateArn?: string | undefined;
  cipher?: string;
  protocol?: string | undefined;
  classification?: Classification;
  /** Of the connection that the request came over. */
  connectionTraceId?: string;
  transformed?: Transformed;
  /** To be called when a tunnel that the request opened has ended. */
  tunnelEnded?: (passed: PassedBytes) => void;
}

/** Longer ones are cut. */
const longestAgent = 8 * 1024;

export interface LogFacts {
  /** "app/NAME/ID" */
  balancer: string;
  dnsName: string;
  /** Of the node that was asked. */
  nodeAddress: string;
  zone: string;
  listenerPort: number;
}

export class AccessLog {
  readonly #lines = new LogLines();
  readonly #wall: Wall;

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  begin(): Trace {
    return {
      startedMs: this.#wall.now(),
      beganMs: this.#wall.monotonic(),
      actions: [],
    };
  }

  /** The reply, whose end writes the line. */
  follow(facts: LogFacts, request: HttpRequest, reply: HttpReply, trace: Trace): HttpReply {
    trace.respondedMs = this.#wall.monotonic();
    const head = replyHeadSize(reply);
    const write = (sentBytes: number, receivedBytes = trace.upload?.bytes ?? 0) => {
      this.#write(facts, request, reply, trace, {
        sentBytes: trace.clientGone ? 0 : head + sentBytes,
        receivedBytes: requestHeadSize(request) + receivedBytes,
      });
    };
    if (reply.upgrade) {
      trace.tunnelEnded = ({ fromClient, fromTarget }) => write(fromTarget, fromClient);
      return reply;
    }
    const known = knownBody(reply.body);
    if (known) {
      write(request.method === "HEAD" ? 0 : lengthOf(known.bytes));
      return reply;
    }
    return { ...reply, body: new FollowedBody(reply.body as ByteStream, write) };
  }

  /** Writes the line of a request that could not be read, or not in time. */
  refused(
    facts: LogFacts,
    request: HttpRequest,
    reply: HttpReply,
    connectionTraceId: string | undefined,
  ): void {
    const trace = this.begin();
    if (connectionTraceId !== undefined) trace.connectionTraceId = connectionTraceId;
    const isRead = request.method !== "";
    this.#write(facts, request, reply, trace, {
      sentBytes: replyHeadSize(reply) + lengthOf(knownBody(reply.body)!.bytes),
      receivedBytes: isRead ? requestHeadSize(request) : 0,
    });
  }

  take(): { zone: string; lines: string[] }[] {
    return this.#lines.take();
  }

  #write(
    facts: LogFacts,
    request: HttpRequest,
    reply: HttpReply,
    trace: Trace,
    sizes: Sizes,
  ): void {
    const line = lineOf(facts, request, reply, trace, sizes, this.#wall.now());
    this.#lines.add(facts.zone, line);
  }
}

interface Sizes {
  sentBytes: number;
  receivedBytes: number;
}

function lineOf(
  { balancer, nodeAddress, dnsName, listenerPort }: LogFacts,
  request: HttpRequest,
  reply: HttpReply,
  trace: Trace,
  sizes: Sizes,
  nowMs: number,
): string {
  const { headers } = request;
  const { target: address, targetStatus, transformed } = trace;
  const name = (headers["host"] ?? dnsName).replace(/:\d+$/, "");
  const rewritten = transformed?.status === "TransformSuccess" ? transformed : undefined;
  const target = trace.byFunction ? undefined : address;
  return [
    kindOf(request, reply),
    timeOf(nowMs),
    balancer,
    // AWS puts no brackets around the addresses of IPv6 here.
    `${plainAddress(request.remoteAddress)}:${request.remotePort}`,
    target ?? "-",
    ...timesOf(trace),
    reply.status,
    targetStatus ?? "-",
    sizes.receivedBytes,
    sizes.sentBytes,
    quote(requestLine(request, dnsName, listenerPort)),
    quote((headers["user-agent"] ?? "-").slice(0, longestAgent)),
    trace.cipher ?? "-",
    trace.protocol ?? "-",
    trace.group ?? "-",
    quote(trace.traceId ?? "-"),
    quote(trace.domain ?? "-"),
    quote(trace.certificateArn ?? "-"),
    trace.priority ?? "-",
    timeOf(trace.startedMs),
    quote(trace.actions.length > 0 ? trace.actions.join(",") : "-"),
    quote(trace.redirect ?? "-"),
    quote(trace.errorReason ?? "-"),
    quote(target ?? "-"),
    quote(target === undefined || targetStatus === undefined ? "-" : String(targetStatus)),
    quote(trace.classification?.tier ?? "-"),
    quote(trace.classification?.reason ?? "-"),
    trace.connectionTraceId ?? "-",
    quote(rewritten && rewritten.host !== name ? rewritten.host : "-"),
    quote(rewritten && rewritten.target !== request.target ? rewritten.target : "-"),
    quote(transformed?.status ?? "-"),
    nodeAddress,
  ].join(" ");
}

/** Until the request was sent, until the target answered, until the balancer did; -1 for what never came. */
function timesOf({ beganMs, sentMs, answeredMs, failedMs, respondedMs }: Trace): string[] {
  const reactedMs = answeredMs ?? failedMs;
  if (sentMs === undefined || reactedMs === undefined) return ["-1", "-1", "-1"];
  return [
    seconds(sentMs - beganMs),
    seconds(reactedMs - sentMs),
    answeredMs === undefined ? "-1" : seconds(respondedMs! - answeredMs),
  ];
}

/** A request that could not be read has its balancer's name in it. */
function requestLine(request: HttpRequest, dnsName: string, listenerPort: number): string {
  const { method, target, secure, headers, httpVersion } = request;
  const scheme = secure ? "https" : "http";
  if (method === "") return `- ${scheme}://${dnsName}:${listenerPort}- -`;
  const host = headers["host"] || dnsName;
  const withPort = /:\d+$/.test(host) ? host : `${host}:${listenerPort}`;
  return `${method} ${scheme}://${withPort}${target} HTTP/${httpVersion}`;
}

function kindOf({ secure, httpVersion, headers }: HttpRequest, reply: HttpReply): string {
  if (reply.upgrade) return secure ? "wss" : "ws";
  if (httpVersion === "2.0")
    return headers["content-type"]?.startsWith("application/grpc") ? "grpcs" : "h2";
  return secure ? "https" : "http";
}

/** ISO 8601 with microseconds, as far as they are known. */
export function timeOf(timeMs: number): string {
  return isoMillis(timeMs).replace("Z", "000Z");
}

function seconds(durationMs: number): string {
  return (Math.max(durationMs, 0) / 1000).toFixed(3);
}

/** Nothing that a client sends can end a field or a line. */
export function quote(text: string): string {
  const escaped = text.replace(
    /["\\\p{Cc}]|[^\x20-\x7e]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}
