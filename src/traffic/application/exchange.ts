/** One request on its way to a target and its answer back. */
import type { Reach } from "#compute/driver.ts";
import type { Wall } from "#runtime/clock.ts";
import {
  HttpClientError,
  type Abortable,
  type ClientRequest,
  type ClientResponse,
} from "#http/client.ts";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { Trace } from "./access-log.ts";
import { answer } from "./answers.ts";
import type { ActionConfig } from "./config.ts";
import { countResponseTime, countStatus, type Counters } from "./counters.ts";
import type { CookieSealer } from "./cookies.ts";
import { responseFields, type ForwardedFields } from "./fields.ts";
import { cookiesOf, stickyTarget } from "./stickiness.ts";
import type { Target, TargetGroup } from "./target-group.ts";
import type { UnderWay } from "./under-way.ts";
import { FollowedBody } from "./followed-body.ts";
import { joinSockets } from "./tunnel.ts";

/** How many targets are tried when connections fail. */
const mostAttempts = 3;

export interface ExchangeContext {
  client: { request(request: ClientRequest): Promise<ClientResponse> };
  counters: Counters;
  sealer: CookieSealer;
  wall: Wall;
  idleTimeoutMs: number;
  /** Where it is written down how it went, if anybody wants to know. */
  trace: Trace | undefined;
}

export class Exchange implements UnderWay {
  /** Set by the client while the exchange is under way. */
  running: Abortable | undefined;
  place = -1;
  #clientGone = false;
  readonly #context: ExchangeContext;
  readonly #request: HttpRequest;
  readonly #fields: ForwardedFields;
  readonly #action: Extract<ActionConfig, { type: "forward" }>;
  readonly #group: TargetGroup;
  readonly #zone: string;

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
  }

  breakOff(): void {
    this.running?.abort();
  }

  async run(): Promise<HttpReply> {
    const { sealer } = this.#context;
    const group = this.#group;
    this.#request.onGone?.(() => {
      this.#clientGone = true;
      this.running?.abort();
    });
    const nowMs = this.#context.wall.monotonic();
    let target =
      stickyTarget(group, this.#request.rawHeaders, sealer, this.#context.wall.now()) ??
      group.pick(nowMs, [], this.#zone);
    if (!target) return this.#ownAnswer(503);
    const tried: Target[] = [];
    for (;;) {
      const outcome = await this.#attempt(target);
      if (typeof outcome !== "number") return outcome;
      tried.push(target);
      const next = tried.length < mostAttempts ? group.pick(nowMs, tried, this.#zone) : undefined;
      if (!next || this.#clientGone) return this.#ownAnswer(outcome);
      target = next;
    }
  }

  /** The reply, or the status of the failure when another target may be tried. */
  async #attempt(target: Target): Promise<HttpReply | number> {
    const { client, counters, wall, idleTimeoutMs, trace } = this.#context;
    const request = this.#request;
    const { reach } = target;
    const group = this.#group.config.arn;
    if (!reach) {
      counters.target(group, target.zone).connectionErrors++;
      return 502;
    }
    target.underWay.add(this);
    const startMs = wall.monotonic();
    if (trace) {
      trace.sentMs = startMs;
      trace.target = nameOf(target);
    }
    let response: ClientResponse;
    try {
      response = await client.request({
        address: reach,
        method: request.method,
        target: this.#fields.target,
        rawHeaders: this.#fields.rawHeaders,
        body: request.body,
        ...(request.body instanceof WholeBody ? {} : this.#bodyLength()),
        control: this,
        idleTimeoutMs,
        upgrade: this.#fields.upgrade,
        ...(this.#group.config.tls && { tls: targetTls(reach) }),
      });
    } catch (error) {
      target.underWay.delete(this);
      if (!(error instanceof HttpClientError)) throw error;
      return this.#failed(error, target);
    }
    const counts = counters.target(group, target.zone);
    counts.requests++;
    countStatus(counts, response.status);
    const answeredMs = wall.monotonic();
    countResponseTime(counts, answeredMs - startMs);
    if (trace) {
      trace.answeredMs = answeredMs;
      trace.targetStatus = response.status;
    }
    return this.#reply(response, target);
  }

  #bodyLength(): { bodyLength?: number } {
    const given = this.#request.headers["content-length"];
    return given === undefined ? {} : { bodyLength: Number(given) };
  }

  #failed(error: HttpClientError, target: Target): HttpReply | number {
    if (this.#clientGone) return this.#ownAnswer(460);
    const counts = this.#context.counters.target(this.#group.config.arn, target.zone);
    switch (error.failure) {
      case "connect":
        counts.connectionErrors++;
        return 502;
      case "connect-timeout":
        counts.connectionErrors++;
        return 504;
      case "timeout":
        return this.#ownAnswer(504);
      case "closed":
      case "malformed":
      case "aborted":
        return this.#ownAnswer(502);
    }
  }

  #ownAnswer(status: number): HttpReply {
    this.#context.counters.answered(this.#zone, status);
    this.#context.counters.node(this.#zone).processedBytes += this.#fields.sizeBytes;
    return answer(status);
  }

  #reply(response: ClientResponse, target: Target): HttpReply {
    const { counters } = this.#context;
    const node = counters.node(this.#zone);
    const { upgraded } = response;
    const { rawHeaders, sizeBytes } = responseFields(response.rawHeaders, upgraded !== undefined);
    if (this.#group.config.stickiness || this.#action.stickinessMs !== undefined)
      rawHeaders.push(
        ...cookiesOf(this.#group, target, {
          action: this.#action,
          responseHeaders: response.rawHeaders,
          requestHeaders: this.#request.rawHeaders,
          nowMs: this.#context.wall.now(),
          sealer: this.#context.sealer,
        }),
      );
    node.processedBytes += sizeBytes + this.#fields.sizeBytes;
    if (this.#request.body instanceof WholeBody)
      node.processedBytes += this.#request.body.bytes.length;
    const reply: HttpReply = { status: response.status, headers: {}, rawHeaders };
    if (response.reason !== "") reply.reason = response.reason;
    if (response.trailers) reply.trailers = response.trailers;
    if (upgraded) {
      reply.upgrade = (socket, head) => {
        const tunnel = joinSockets({ socket, head }, upgraded, this.#context, (bytes) => {
          counters.node(this.#zone).processedBytes += bytes;
          target.underWay.delete(this);
        });
        this.running = { abort: () => tunnel.end() };
      };
      return reply;
    }
    const { body } = response;
    if (body instanceof WholeBody) {
      node.processedBytes += body.bytes.length;
      target.underWay.delete(this);
      reply.body = body;
    } else
      reply.body = new FollowedBody(body, (size) => {
        counters.node(this.#zone).processedBytes += size;
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
