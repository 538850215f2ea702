/** One request over an HTTP listener: to an instance, waiting in the queue while none accepts, and its answer back. */
import type { Wall } from "#runtime/clock.ts";
import type { Abortable } from "#http/client-exchange.ts";
import { HttpClientError, type ClientRequest, type ClientResponse } from "#http/client.ts";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { CookieSealer } from "../application/cookies.ts";
import { responseFields, type FieldNames, type ForwardedFields } from "../application/fields.ts";
import { FollowedBody } from "../application/followed-body.ts";
import { classicAnswer } from "./answers.ts";
import type { ClassicListenerConfig } from "./config.ts";
import type { ClassicCounters } from "./counters.ts";
import type { Breakable, Instance, Instances } from "./instances.ts";
import { classicCookies, readBinding, type Binding, type StickyFacts } from "./stickiness.ts";
import type { Place, SurgeQueue } from "./surge-queue.ts";

export interface ExchangeEnvironment {
  names: FieldNames;
  client: { request(request: ClientRequest): Promise<ClientResponse> };
  wall: Wall;
  counters: ClassicCounters;
  instances: Instances;
  queue: SurgeQueue;
  sealer: CookieSealer;
  idleTimeoutMs: number;
  zone: string;
  listener: ClassicListenerConfig;
}

/** How it went, for the access log. Times are monotonic. */
export interface ExchangeOutcome {
  backend?: string;
  backendStatus?: number;
  sentMs?: number;
  answeredMs?: number;
}

export class ClassicExchange implements Breakable {
  readonly outcome: ExchangeOutcome = {};
  readonly #environment: ExchangeEnvironment;
  readonly #request: HttpRequest;
  readonly #fields: ForwardedFields;
  readonly #sticky: StickyFacts | undefined;
  readonly #startMs: number;
  #binding: Binding = { instance: undefined, moves: false };
  /** Set by the client while a try is under way. */
  running: Abortable | undefined;
  #clientGone = false;

  constructor(environment: ExchangeEnvironment, request: HttpRequest, fields: ForwardedFields) {
    this.#environment = environment;
    this.#request = request;
    this.#fields = fields;
    this.#startMs = environment.wall.monotonic();
    const { stickiness } = environment.listener;
    this.#sticky = stickiness && {
      stickiness,
      sealer: environment.sealer,
      instancePort: environment.listener.instancePort,
      requestHeaders: request.rawHeaders,
    };
  }

  breakOff(): void {
    this.running?.abort();
  }

  async run(): Promise<HttpReply> {
    this.#request.onGone?.(() => {
      this.#clientGone = true;
      this.running?.abort();
    });
    const { instances, zone, queue } = this.#environment;
    if (this.#sticky) this.#binding = readBinding(instances, this.#sticky);
    const bound = this.#binding.instance;
    let place: Place | undefined;
    try {
      for (;;) {
        const tried: Instance[] = [];
        for (
          let instance = bound ?? instances.leastBusy(zone, tried);
          instance;
          instance = instances.leastBusy(zone, tried)
        ) {
          const reply = await this.#attempt(instance);
          if (reply) return reply;
          if (this.#clientGone) return this.#answer(408);
          tried.push(instance);
        }
        if (tried.length === 0) return this.#answer(503);
        if (!place && !(place = queue.enter())) {
          this.#environment.counters.node(zone).spillover++;
          return this.#answer(503);
        }
        if (this.#isOverdue) return this.#answer(504);
        await place.wait();
        if (this.#clientGone) return this.#answer(408);
      }
    } finally {
      place?.leave();
    }
  }

  get #isOverdue(): boolean {
    const { wall, idleTimeoutMs } = this.#environment;
    return wall.monotonic() - this.#startMs >= idleTimeoutMs;
  }

  /** Undefined when no connection came to be, so that another instance may be tried. */
  async #attempt(instance: Instance): Promise<HttpReply | undefined> {
    const { client, wall, counters, zone, listener, idleTimeoutMs } = this.#environment;
    const reach = instance.config.reaches[listener.instancePort];
    if (!reach) {
      counters.node(zone).backendConnectionErrors++;
      return undefined;
    }
    const request = this.#request;
    const { outcome } = this;
    outcome.backend =
      "path" in reach ? `${instance.id}:${listener.instancePort}` : `${reach.host}:${reach.port}`;
    outcome.sentMs = wall.monotonic();
    instance.underWay.add(this);
    const length = request.headers["content-length"];
    try {
      const response = await client.request({
        address: reach,
        method: request.method,
        target: this.#fields.target,
        rawHeaders: this.#fields.rawHeaders,
        body: request.body,
        ...(length !== undefined &&
          !(request.body instanceof WholeBody) && { bodyLength: Number(length) }),
        control: this,
        idleTimeoutMs,
        ...(listener.backend && {
          tls: {
            servername: "path" in reach ? "instance" : reach.host,
            rejectUnauthorized: false,
            ...(listener.backend.trustedKeys && { trustedKeys: listener.backend.trustedKeys }),
          },
        }),
      });
      return this.#reply(response, instance);
    } catch (error) {
      instance.underWay.delete(this);
      if (!(error instanceof HttpClientError)) throw error;
      return this.#failed(error);
    }
  }

  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-error-message.html */
  #failed({ failure }: HttpClientError): HttpReply | undefined {
    if (this.#clientGone) return this.#answer(408);
    switch (failure) {
      case "connect":
      case "connect-timeout":
      case "handshake":
      case "handshake-timeout":
        this.#environment.counters.node(this.#environment.zone).backendConnectionErrors++;
        return undefined;
      case "malformed":
        return this.#answer(502);
      case "closed":
      case "timeout":
      case "aborted":
        return this.#answer(504);
    }
  }

  #answer(status: number): HttpReply {
    const { counters, zone } = this.#environment;
    // A client that is gone gets no answer that could be counted.
    if (!this.#clientGone) counters.answered(zone, status);
    counters.node(zone).processedBytes += this.#fields.sizeBytes;
    return classicAnswer(status);
  }

  #reply(response: ClientResponse, instance: Instance): HttpReply {
    const { counters, wall, zone, names } = this.#environment;
    const { outcome } = this;
    outcome.answeredMs = wall.monotonic();
    outcome.backendStatus = response.status;
    const node = counters.node(zone);
    const digit = Math.floor(response.status / 100);
    node.backendClasses[digit] = (node.backendClasses[digit] ?? 0) + 1;
    counters.tookMs(zone, outcome.answeredMs - outcome.sentMs!);
    const { rawHeaders, sizeBytes } = responseFields(response.rawHeaders, false, names);
    if (this.#sticky) {
      const { rawHeaders: responseHeaders } = response;
      const bound = instance === this.#binding.instance;
      // One that did not accept has failed as one that is out of service has.
      const moves = this.#binding.moves || (this.#binding.instance !== undefined && !bound);
      rawHeaders.push(...classicCookies(instance, this.#sticky, { bound, moves, responseHeaders }));
    }
    node.processedBytes += sizeBytes + this.#fields.sizeBytes;
    if (this.#request.body instanceof WholeBody)
      node.processedBytes += this.#request.body.bytes.length;
    const reply: HttpReply = { status: response.status, headers: {}, rawHeaders };
    if (response.reason !== "") reply.reason = response.reason;
    const { body } = response;
    if (body instanceof WholeBody) {
      node.processedBytes += body.bytes.length;
      instance.underWay.delete(this);
      reply.body = body;
    } else
      reply.body = new FollowedBody(body, (size) => {
        counters.node(zone).processedBytes += size;
        instance.underWay.delete(this);
      });
    return reply;
  }
}
