/**
 * One line per request, as AWS writes them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
import { isoMillis } from "#runtime/date.ts";
import type { Wall } from "#runtime/clock.ts";
import { knownBody, lengthOf } from "#http/outgoing.ts";
import type { ByteStream, HttpReply, HttpRequest } from "#http/http.ts";
import { plainAddress } from "./fields.ts";
import type { Classification } from "./desync.ts";
import { FollowedBody } from "./followed-body.ts";
import { LogLines } from "./log-lines.ts";

/** What is found out about a request while it is handled. Times are wall time, milliseconds. */
export interface Trace {
  startedMs: number;
  /** Monotonic. */
  beganMs: number;
  sentMs?: number;
  answeredMs?: number;
  target?: string;
  targetStatus?: number;
  group?: string;
  priority?: number;
  actions: string[];
  redirect?: string;
  /** AWS's code of why the balancer did not do what the rule says. */
  errorReason?: string;
  traceId?: string;
  receivedBytes: number;
  certificateArn?: string;
  classification?: Classification;
  /** Of the connection that the request came over. */
  connectionTraceId?: string;
  transformed?: { host: string; target: string };
}

export interface LogFacts {
  /** "app/NAME/ID" */
  balancer: string;
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
      receivedBytes: 0,
    };
  }

  /** The reply, whose end writes the line. */
  follow(facts: LogFacts, request: HttpRequest, reply: HttpReply, trace: Trace): HttpReply {
    const head = headSize(reply);
    const known = knownBody(reply.body);
    const write = (bytes: number) => this.#write(facts, request, reply, trace, head + bytes);
    if (known || reply.upgrade) {
      write(known && request.method !== "HEAD" ? lengthOf(known.bytes) : 0);
      return reply;
    }
    return { ...reply, body: new FollowedBody(reply.body as ByteStream, write) };
  }

  take(): { zone: string; lines: string[] }[] {
    return this.#lines.take();
  }

  #write(facts: LogFacts, request: HttpRequest, reply: HttpReply, trace: Trace, sentBytes: number) {
    const [nowMs, endMs] = [this.#wall.now(), this.#wall.monotonic()];
    this.#lines.add(facts.zone, lineOf(facts, request, reply, trace, sentBytes, nowMs, endMs));
  }
}

function lineOf(
  { balancer, listenerPort }: LogFacts,
  request: HttpRequest,
  reply: HttpReply,
  trace: Trace,
  sentBytes: number,
  nowMs: number,
  endMs: number,
): string {
  const { secure, headers, method } = request;
  const { sentMs, answeredMs, beganMs, target, targetStatus } = trace;
  const answered = sentMs !== undefined && answeredMs !== undefined;
  const cipher = secure?.getCipher().name ?? "-";
  const host = headers["host"] ?? "-";
  const scheme = secure ? "https" : "http";
  const withPort = /:\d+$/.test(host) ? host : `${host}:${listenerPort}`;
  const name = host.replace(/:\d+$/, "");
  const { transformed } = trace;
  return [
    kindOf(request, reply),
    timeOf(nowMs),
    balancer,
    `${plainAddress(request.remoteAddress)}:${request.remotePort}`,
    target ?? "-",
    answered ? seconds(sentMs - beganMs) : "-1",
    answered ? seconds(answeredMs - sentMs) : "-1",
    answered ? seconds(endMs - answeredMs) : "-1",
    reply.status,
    targetStatus ?? "-",
    trace.receivedBytes,
    sentBytes,
    quote(`${method} ${scheme}://${withPort}${request.target} HTTP/${request.httpVersion}`),
    quote(headers["user-agent"] ?? "-"),
    cipher,
    secure?.getProtocol() ?? "-",
    trace.group ?? "-",
    quote(trace.traceId ?? "-"),
    quote(secure ? name : "-"),
    quote(trace.certificateArn ?? "-"),
    trace.priority ?? "-",
    timeOf(trace.startedMs),
    quote(trace.actions.length > 0 ? trace.actions.join(",") : "-"),
    quote(trace.redirect ?? "-"),
    quote(trace.errorReason ?? "-"),
    quote(target ?? "-"),
    quote(targetStatus === undefined ? "-" : String(targetStatus)),
    quote(trace.classification?.tier ?? "-"),
    quote(trace.classification?.reason ?? "-"),
    trace.connectionTraceId ?? "-",
    quote(transformed && transformed.host !== name ? transformed.host : "-"),
    quote(transformed && transformed.target !== request.target ? transformed.target : "-"),
    quote(transformed ? "TransformSuccess" : "-"),
  ].join(" ");
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

function headSize({ rawHeaders = [], headers }: HttpReply): number {
  let size = 17;
  for (const text of rawHeaders) size += text.length + 2;
  for (const [name, value] of Object.entries(headers))
    size += name.length + String(value ?? "").length + 4;
  return size;
}
