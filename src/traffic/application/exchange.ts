/** One request on its way to a target and its answer back. */
import type { Reach } from "#compute/driver.ts";
import type { Wall } from "#runtime/clock.ts";
import type {
  Abortable,
  ClientRequest,
  ClientResponse,
  HttpClientError,
  Receiver,
} from "#http/client.ts";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { RepeatableBody } from "#http/repeatable-body.ts";
import { HttpSyntaxError } from "#http/syntax.ts";
import type { Trace } from "./access-log.ts";
import { answer } from "./answers.ts";
import type { ActionConfig } from "./config.ts";
import type { Counters } from "./counters.ts";
import type { CookieSealer } from "./cookies.ts";
import { isIpv6, responseFields, type FieldNames, type ForwardedFields } from "./fields.ts";
import { cookiesOf, stickyTarget } from "./stickiness.ts";
import type { Target, TargetGroup } from "./target-group.ts";
import { readFailure, type FunctionFailure } from "./function-failure.ts";
import type { UnderWay } from "./under-way.ts";
import { FollowedBody } from "./followed-body.ts";
import { exchangeSize } from "./message-sizes.ts";
import { joinSockets } from "./tunnel.ts";

/** How many targets are tried when connections fail. */
const mostAttempts = 3;

export interface ExchangeContext {
  client: { start(request: ClientRequest, receiver: Receiver): void };
  counters: Counters;
  names: FieldNames;
  sealer: CookieSealer;
  wall: Wall;
  idleTimeoutMs: number;
  /** Where it is written down how it went, if anybody wants to know. */
  trace: Trace | undefined;
}

export class Exchange implements UnderWay, Receiver {
  /** Set by the client while the exchange is under way. */
  running: Abortable | undefined;
  place = -1;
  /** Why the client does not wait for an answer any more. */
  #gone: Error | undefined;
  readonly #context: ExchangeContext;
  readonly #request: HttpRequest;
  readonly #fields: ForwardedFields;
  readonly #action: Extract<ActionConfig, { type: "forward" }>;
  readonly #group: TargetGroup;
  readonly #zone: string;
  readonly #nowMs: number;
  #target: Target | undefined;
  readonly #tried: Target[] = [];
  /** The request's body, counted where it streams. */
  readonly #body: WholeBody | FollowedBody;
  /** The same for targets that may say that they did nothing with it. */
  readonly #repeatable: RepeatableBody | undefined;
  #sentMs = 0;
  #resolve!: (reply: HttpReply) => void;
  #reject!: (error: unknown) => void;

  constructor(
    context: ExchangeContext,
    request: HttpRequest,
    fields: ForwardedFields,
    action: Extract<ActionConfig, { type: "forward" }>,
    group: TargetGroup,
    zone: string,
  ) {
    this.#context = context;
    this.#request = request;
    this.#fields = fields;
    this.#action = action;
    this.#group = group;
    this.#zone = zone;
    this.#nowMs = context.wall.monotonic();
    const { body } = request;
    this.#body =
      body instanceof WholeBody ? body : new FollowedBody(body, (bytes) => this.#countBytes(bytes));
    if (this.#body instanceof FollowedBody && group.config.version !== "HTTP1")
      this.#repeatable = new RepeatableBody(this.#body);
    if (context.trace && this.#body instanceof FollowedBody) context.trace.upload = this.#body;
  }

  breakOff(): void {
    this.running?.abort();
  }

  run(): HttpReply | Promise<HttpReply> {
    const { sealer, wall } = this.#context;
    const group = this.#group;
    this.#request.onGone?.((reason) => {
      this.#gone = reason;
      this.running?.abort();
    });
    // While it was found out whether it may pass.
    if (this.#gone) return this.#clientLeft(this.#gone);
    let target = stickyTarget(group, this.#request.rawHeaders, sealer, wall.now());
    if (!target) {
      if (group.config.stickiness) this.#countNonSticky();
      target = group.pick(this.#nowMs, this.#tried, this.#zone);
    }
    if (!target) return this.#ownAnswer(503);
    this.#countRouted(target);
    const reply = new Promise<HttpReply>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#attempt(target);
    return reply;
  }

  #countNonSticky(): void {
    const node = this.#context.counters.node(this.#zone);
    node.nonStickyRequests++;
    if (this.#group.config.stickiness?.type === "app_cookie") node.nonStickyByAppCookie++;
  }

  #countRouted(target: Target): void {
    const { counters } = this.#context;
    counters.node(this.#zone).routedRequests++;
    const counted = counters.target(this.#group.config.arn, target.zone);
    counted.requests++;
    if (this.#group.config.version === "GRPC") counted.grpcRequests++;
    if (this.#group.failsOpen(this.#zone)) counted.unhealthyRouting++;
    if (isIpv6(this.#request.remoteAddress)) counted.ipv6Requests++;
  }

  #attempt(target: Target): void {
    const { client, counters, wall, idleTimeoutMs, trace } = this.#context;
    const request = this.#request;
    const { reach } = target;
    this.#target = target;
    if (!reach) {
      counters.target(this.#group.config.arn, target.zone).connectionErrors++;
      // What is dropped on its way times out.
      return this.#tryAnother(target.config.blocked ? 504 : 502);
    }
    target.underWay.add(this);
    this.#sentMs = wall.monotonic();
    if (trace) {
      trace.sentMs = this.#sentMs;
      trace.target = nameOf(target);
      if (this.#group.config.functions) trace.byFunction = true;
    }
    client.start(
      {
        address: reach,
        method: request.method,
        target: this.#fields.target,
        rawHeaders: this.#fields.rawHeaders,
        body: this.#repeatable ?? this.#body,
        ...(this.#body instanceof WholeBody ? undefined : this.#bodyLength()),
        control: this,
        connections: counters.connections(this.#zone),
        idleTimeoutMs,
        upgrade: this.#fields.upgrade,
        ...(this.#group.config.tls && { tls: targetTls(reach) }),
      },
      this,
    );
  }

  #tryAnother(status: number): void {
    const tried = this.#tried;
    tried.push(this.#target!);
    const next =
      tried.length < mostAttempts && !this.#gone && this.#repeatable?.repeatable !== false
        ? this.#group.pick(this.#nowMs, tried, this.#zone)
        : undefined;
    if (next) this.#attempt(next);
    else this.#resolve(this.#ownAnswer(status));
  }

  responded(response: ClientResponse): void {
    this.#repeatable?.settle();
    const { counters, wall, trace } = this.#context;
    const target = this.#target!;
    try {
      const failure = this.#group.config.functions && readFailure(response.rawHeaders);
      if (failure) return this.#functionFailed(failure, response, target);
      const answeredMs = wall.monotonic();
      const counted = counters.target(this.#group.config.arn, target.zone);
      counted.answered(response.status, answeredMs - this.#sentMs);
      target.outcomes.record(response.status >= 500);
      if (trace) {
        trace.answeredMs = answeredMs;
        trace.targetStatus = response.status;
      }
      this.#resolve(this.#reply(response, target));
    } catch (error) {
      this.#reject(error);
    }
  }

  failed(error: HttpClientError): void {
    const target = this.#target!;
    target.underWay.delete(this);
    try {
      const outcome = this.#failed(error, target);
      if (typeof outcome === "number") this.#tryAnother(outcome);
      else this.#resolve(outcome);
    } catch (thrown) {
      this.#reject(thrown);
    }
  }

  #functionFailed({ fault, reason }: FunctionFailure, response: ClientResponse, target: Target) {
    const { counters, trace } = this.#context;
    const counted = counters.target(this.#group.config.arn, target.zone);
    if (fault === "user") counted.functionUserErrors++;
    else counted.functionInternalErrors++;
    if (trace) {
      trace.errorReason = reason;
      trace.answeredMs = this.#context.wall.monotonic();
    }
    // What the bridge says in its body is nobody's business.
    if (!(response.body instanceof WholeBody)) this.running?.abort();
    target.underWay.delete(this);
    this.#resolve(this.#ownAnswer(response.status));
  }

  #bodyLength(): { bodyLength?: number } {
    const given = this.#request.headers["content-length"];
    return given === undefined ? {} : { bodyLength: Number(given) };
  }

  #failed(error: HttpClientError, target: Target): HttpReply | number {
    if (this.#gone) return this.#clientLeft(this.#gone);
    const { trace, wall } = this.#context;
    const counts = this.#context.counters.target(this.#group.config.arn, target.zone);
    target.outcomes.record(true);
    switch (error.failure) {
      case "connect":
        counts.connectionErrors++;
        return 502;
      case "handshake":
        counts.tlsErrors++;
        return 502;
      case "connect-timeout":
        counts.connectionErrors++;
        return 504;
      case "handshake-timeout":
        counts.tlsErrors++;
        return 504;
      case "timeout":
        return this.#ownAnswer(504);
      case "refused":
        if (trace) trace.failedMs = wall.monotonic();
        return 502;
      case "closed":
      case "malformed":
      case "aborted":
        // Its target left the group before there was a connection: another can have it.
        if (error.failure === "aborted" && !error.sent) return 502;
        if (trace) trace.failedMs = wall.monotonic();
        return this.#ownAnswer(502);
    }
  }

  /**
   * Whether it had sent all of its request makes the difference, if it was not refused for what it sent. A client that
   * closes its half alone counts as gone, for TCP shows no more of one that closes both: 460 is of "the client closed the
   * connection with the load balancer before the idle timeout period elapsed".
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-460-issues
   */
  #clientLeft(reason: Error): HttpReply {
    const { trace } = this.#context;
    if (reason instanceof HttpSyntaxError) return this.#ownAnswer(reason.status);
    if (trace) trace.clientGone = true;
    return this.#ownAnswer(this.#body instanceof WholeBody || this.#body.isWhole ? 460 : 400);
  }

  #ownAnswer(status: number): HttpReply {
    this.#repeatable?.settle();
    this.#context.counters.answered(this.#zone, status);
    const reply = answer(status);
    this.#countBytes(exchangeSize(this.#request, reply));
    return reply;
  }

  #countBytes(bytes: number): void {
    const node = this.#context.counters.node(this.#zone);
    node.processedBytes += bytes;
    if (isIpv6(this.#request.remoteAddress)) node.ipv6Bytes += bytes;
    if (this.#group.config.functions) node.functionBytes += bytes;
  }

  #reply(response: ClientResponse, target: Target): HttpReply {
    const { upgraded } = response;
    const { rawHeaders, sizeBytes } = responseFields(
      response.rawHeaders,
      upgraded !== undefined,
      this.#context.names,
    );
    if (this.#group.config.stickiness || this.#action.stickinessMs !== undefined)
      rawHeaders.push(
        ...cookiesOf(this.#group, target, {
          action: this.#action,
          responseHeaders: response.rawHeaders,
          requestHeaders: this.#request.rawHeaders,
          nowMs: this.#context.wall.now(),
          sealer: this.#context.sealer,
          isSecure: this.#request.secure !== undefined,
        }),
      );
    let wholeBytes = sizeBytes + this.#fields.sizeBytes;
    if (this.#request.body instanceof WholeBody) wholeBytes += this.#request.body.bytes.length;
    const reply: HttpReply = { status: response.status, headers: {}, rawHeaders };
    if (response.reason !== "") reply.reason = response.reason;
    if (response.trailers) reply.trailers = response.trailers;
    const { body } = response;
    if (!upgraded && body instanceof WholeBody) wholeBytes += body.bytes.length;
    this.#countBytes(wholeBytes);
    if (upgraded && this.#gone) upgraded.socket.destroy();
    else if (upgraded) {
      reply.upgrade = (socket, head) => {
        const tunnel = joinSockets({ socket, head }, upgraded, this.#context, (passed) => {
          this.#countBytes(passed.fromClient + passed.fromTarget);
          this.#context.trace?.tunnelEnded?.(passed);
          target.underWay.delete(this);
        });
        this.running = { abort: () => tunnel.end() };
      };
      return reply;
    }
    if (body instanceof WholeBody) {
      target.underWay.delete(this);
      reply.body = body;
    } else
      reply.body = new FollowedBody(body, (size) => {
        this.#countBytes(size);
        target.underWay.delete(this);
      });
    return reply;
  }
}

function nameOf({ reach, key }: Target): string {
  return reach && !("path" in reach) ? `${reach.host}:${reach.port}` : key;
}

/** ALB does not check targets' certificates. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-group-routing-configuration */
function targetTls(reach: Reach) {
  return { servername: "path" in reach ? "target" : reach.host, rejectUnauthorized: false };
}
