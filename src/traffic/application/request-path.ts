/** The way of a request through a load balancer: admitted, matched with rules, answered or forwarded, counted, logged. */
import type { TLSSocket } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import type { HttpClient } from "#http/client.ts";
import type { Http2Client } from "#http/http2-client.ts";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { AccessLog, type LogFacts, type Trace } from "./access-log.ts";
import { Admission, withCookies } from "./admission.ts";
import { PeakUnits } from "./capacity-units.ts";
import { answer, fixedResponse } from "./answers.ts";
import type { ActionConfig, BalancerConfig } from "./config.ts";
import type { Counters } from "./counters.ts";
import { drawGroup } from "./draw-group.ts";
import { headersChanged } from "./answer-headers.ts";
import { Exchange } from "./exchange.ts";
import { classify, treat } from "./desync.ts";
import type { Doubt, Passing } from "./passing.ts";
import { FieldNames, isIpv6, requestFields, type ForwardingOptions } from "./fields.ts";
import { TraceIds, traceIdOf } from "./trace-ids.ts";
import type { Listener } from "./listener.ts";
import { tlsFields } from "./listener-tls.ts";
import { callbackPath, type Refusal, type Verdict } from "./oidc.ts";
import { locationOf } from "./redirect.ts";
import { factsOf, hostField, isCompatible, placeOf, protocolOf } from "./request-facts.ts";
import { findRule } from "./rules.ts";
import { stickyGroup } from "./stickiness.ts";
import type { TargetGroup } from "./target-group.ts";
import { nodeOf } from "../node-of.ts";

export interface BalancerEnvironment {
  client: HttpClient;
  http2Client: Http2Client;
  wall: Wall;
  random: Random;
  onError: (error: unknown) => void;
}

export class RequestPath {
  readonly #environment: BalancerEnvironment;
  readonly #counters: Counters;
  readonly #names = new FieldNames();
  readonly #log: AccessLog;
  readonly #admission: Admission;
  readonly #peak: PeakUnits;
  readonly #traceIds: TraceIds;
  #config: BalancerConfig;
  #groups: ReadonlyMap<string, TargetGroup> = new Map();

  constructor(config: BalancerConfig, environment: BalancerEnvironment, counters: Counters) {
    const { wall, random } = environment;
    this.#config = config;
    this.#environment = environment;
    this.#counters = counters;
    this.#log = new AccessLog(wall);
    this.#traceIds = new TraceIds(wall, random);
    this.#admission = new Admission(config.arn, config.secret, { wall, random, counters });
    this.#peak = new PeakUnits(() => counters.load(), wall.monotonic());
  }

  configure(config: BalancerConfig, groups: ReadonlyMap<string, TargetGroup>): void {
    this.#admission.configure(config.secret);
    this.#config = config;
    this.#groups = groups;
  }

  /** Lines of the access log since they were last taken. */
  takeLines() {
    return this.#log.take();
  }

  takePeakUnits() {
    return this.#peak.take(this.#environment.wall.monotonic());
  }

  zoneOf(remotePort: number): string {
    return nodeOf(this.#config.zones, remotePort);
  }

  logFacts(remotePort: number, listenerPort: number): LogFacts {
    const { arn, dnsName, loopbackHost } = this.#config;
    return {
      balancer: arn.replace(/^.*:loadbalancer\//, ""),
      dnsName,
      nodeAddress: loopbackHost,
      zone: this.zoneOf(remotePort),
      listenerPort,
    };
  }

  /** The answer to what could not be read as a request. */
  refuse(given: number, request: HttpRequest | undefined, listener: Listener): HttpReply {
    const zone = request ? this.zoneOf(request.remotePort) : (this.#config.zones[0] ?? "");
    // What came too late or is only too long is no breach of the grammar.
    if (given === 400 || given === 501 || given === 505)
      this.#counters.node(zone).nonCompliantRequests++;
    const status = given === 417 || given === 431 ? 400 : given;
    // Whoever handles a request that was begun counts what becomes of it.
    if (request) this.#counters.answered(zone, status);
    // In HTTP/2 the next request begins where it begins, whatever this one was.
    const last = request?.httpVersion !== "2.0";
    const reply = headersChanged(answer(status), listener.config, last);
    if (request && this.#config.accessLog)
      this.#log.refused(
        this.logFacts(request.remotePort, listener.port),
        request,
        reply,
        listener.traceIdOf(request.remotePort),
      );
    return reply;
  }

  handle(request: HttpRequest, listener: Listener): HttpReply | Promise<HttpReply> {
    const doubt = this.#doubt(request);
    if (this.#config.accessLog) return this.#logged(request, listener, doubt);
    const reply = this.#answer(request, listener, doubt);
    return this.#changed(request, listener, reply, doubt?.closes);
  }

  /** Undefined for a request that only one reading fits. HTTP/2 has no second one. */
  #doubt(request: HttpRequest): Doubt | undefined {
    const found = request.httpVersion === "2.0" ? undefined : classify(request);
    if (!found) return undefined;
    this.#counters.node(this.zoneOf(request.remotePort)).nonCompliantRequests++;
    return { ...found, ...treat(this.#config.desync ?? "defensive", found) };
  }

  async #logged(
    request: HttpRequest,
    listener: Listener,
    doubt: Doubt | undefined,
  ): Promise<HttpReply> {
    const trace = this.#log.begin();
    if (doubt) trace.classification = doubt;
    const connection = listener.traceIdOf(request.remotePort);
    if (connection !== undefined) trace.connectionTraceId = connection;
    const { secure } = request;
    if (secure)
      Object.assign(trace, listener.tls?.shownOn(secure, hostField(request).replace(/:\d*$/, "")));
    if (request.body instanceof WholeBody) trace.upload = { bytes: request.body.bytes.length };
    const answered = await this.#answer(request, listener, doubt, trace);
    const reply = await this.#changed(request, listener, answered, doubt?.closes);
    if (doubt?.allowed !== false) trace.traceId ??= traceIdOf(request, this.#traceIds.next());
    const facts = this.logFacts(request.remotePort, listener.port);
    return this.#log.follow(facts, request, reply, trace);
  }

  #changed(
    request: HttpRequest,
    listener: Listener,
    reply: HttpReply | Promise<HttpReply>,
    closes = false,
  ): HttpReply | Promise<HttpReply> {
    const nowMs = this.#environment.wall.monotonic();
    const last =
      closes || listener.ageMs(request.remotePort, nowMs) > this.#config.clientKeepAliveMs;
    const { serverHeader, responseFields } = listener.config;
    if (serverHeader && responseFields.length === 0 && !last) return reply;
    const change = (one: HttpReply) => headersChanged(one, listener.config, last);
    return reply instanceof Promise ? reply.then(change) : change(reply);
  }

  #answer(
    request: HttpRequest,
    listener: Listener,
    doubt: Doubt | undefined,
    trace?: Trace,
  ): HttpReply | Promise<HttpReply> {
    const zone = this.zoneOf(request.remotePort);
    const node = this.#counters.node(zone);
    node.requests++;
    if (isIpv6(request.remoteAddress)) node.ipv6Requests++;
    this.#peak.look(this.#environment.wall.monotonic());
    // ALB does not pass on TRACE.
    if (request.method === "TRACE" || request.method === "CONNECT")
      return this.#ownAnswer(405, zone, request);
    if (doubt?.allowed === false) return this.#ownAnswer(400, zone, request);
    const facts = factsOf(request);
    if (facts.path === callbackPath && request.secure && listener.authentications.length > 0) {
      trace?.actions.push("authenticate");
      const judged = this.#admission.callback(request, listener, zone);
      return judged.then((refusal) => this.#turnAway(refusal, zone, request, trace));
    }
    const { rule, evaluations } = findRule(listener.rules, facts);
    node.ruleEvaluations += evaluations;
    if (!rule) return this.#ownAnswer(503, zone, request);
    if (trace) {
      trace.priority = rule.priority;
      if (rule.authentication) trace.actions.push("authenticate");
      else if (rule.token) trace.actions.push("jwt-validation");
    }
    const groups = this.#groups;
    const passing: Passing = { request, facts, rule, groups, known: [], trace, doubt };
    const verdict = this.#admission.admit(rule, request, zone);
    if (!verdict) return this.#act(passing, zone, listener);
    if (!(verdict instanceof Promise)) return this.#admit(verdict, passing, zone, listener);
    return verdict.then((judged) => this.#admit(judged, passing, zone, listener));
  }

  #admit(verdict: Verdict, passing: Passing, zone: string, listener: Listener) {
    if ("reply" in verdict) return this.#turnAway(verdict, zone, passing.request, passing.trace);
    const { fields, cookies } = verdict;
    const reply = this.#act({ ...passing, known: fields }, zone, listener);
    if (!cookies) return reply;
    return Promise.resolve(reply).then((one) => withCookies(one, cookies));
  }

  #turnAway(
    { reply, reason }: Refusal,
    zone: string,
    request: HttpRequest,
    trace: Trace | undefined,
  ): HttpReply {
    if (reason !== undefined && trace) trace.errorReason = reason;
    this.#counters.answered(zone, reply.status);
    return this.#counters.sent(zone, request, reply);
  }

  #act(passing: Passing, zone: string, listener: Listener): HttpReply | Promise<HttpReply> {
    const { request, facts, trace } = passing;
    const { action } = passing.rule;
    const node = this.#counters.node(zone);
    trace?.actions.push(action.type);
    switch (action.type) {
      case "fixed-response": {
        const { status, contentType, body } = action;
        node.fixedResponses++;
        this.#counters.answered(zone, status);
        return this.#counters.sent(zone, request, fixedResponse(status, contentType, body));
      }
      case "redirect": {
        node.redirects++;
        const { port } = listener;
        const protocol = protocolOf(request);
        const host = facts.host || this.#config.dnsName;
        const location = locationOf(action, { ...facts, host, protocol, port });
        if (location.length > longestLocation) {
          node.redirectsTooLong++;
          return this.#ownAnswer(507, zone, request);
        }
        if (trace) trace.redirect = location;
        return this.#counters.sent(zone, request, answer(action.status, { Location: location }));
      }
      case "forward":
        return this.#forward(passing, action, zone, listener);
    }
  }

  #forward(
    { request, facts, rule, groups, known, trace, doubt }: Passing,
    action: Extract<ActionConfig, { type: "forward" }>,
    zone: string,
    listener: Listener,
  ): HttpReply | Promise<HttpReply> {
    const { client, http2Client, wall } = this.#environment;
    const config = this.#config;
    const { secure } = request;
    const place = placeOf(request, facts, rule, listener, config.preserveHost);
    const { transformed } = place;
    if (transformed && trace) trace.transformed = transformed;
    if (transformed && transformed.status !== "TransformSuccess")
      return this.#ownAnswer(500, zone, request);
    const options: ForwardingOptions = {
      dropInvalidHeaders: config.dropInvalidHeaders,
      forwardedFor: config.forwardedFor,
      forwardedForPort: config.forwardedForPort,
      names: this.#names,
      closes: doubt?.closes === true,
      port: listener.port,
      protocol: protocolOf(request),
      added: secure ? [...this.#secureFields(secure, listener), ...known] : [],
      target: place.target,
      host: place.host,
      ownHost: config.dnsName,
      newTraceId: () => this.#traceIds.next(),
    };
    const fields = requestFields(request, options);
    if (!fields) return this.#ownAnswer(463, zone, request);
    if (fields.invalidNames) {
      const node = this.#counters.node(zone);
      if (config.dropInvalidHeaders) node.invalidHeadersDropped++;
      else node.invalidHeadersForwarded++;
    }
    const arn =
      stickyGroup(action, request.rawHeaders, this.#admission.sealer, wall.now()) ??
      drawGroup(action, this.#environment.random);
    const group = arn === undefined ? undefined : groups.get(arn);
    if (!group) return this.#ownAnswer(503, zone, request);
    const { version } = group.config;
    if (trace) trace.group = group.config.arn;
    if (!isCompatible(version, request)) return this.#ownAnswer(464, zone, request);
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#lambda-target-limitations
    if (fields.upgrade && group.config.functions) return this.#ownAnswer(400, zone, request);
    const context = {
      client: version === "HTTP1" ? client : http2Client,
      wall,
      counters: this.#counters,
      names: this.#names,
      sealer: this.#admission.sealer,
      idleTimeoutMs: config.idleTimeoutMs,
      trace,
    };
    if (trace) {
      const index = fields.rawHeaders.lastIndexOf("X-Amzn-Trace-Id");
      trace.traceId = fields.rawHeaders[index + 1]!;
    }
    return new Exchange(context, request, fields, action, group, zone).run();
  }

  #secureFields(socket: TLSSocket, listener: Listener): string[] {
    const fields = listener.tls?.clientFields(socket) ?? [];
    if (this.#config.tlsHeaders) fields.push(...tlsFields(socket));
    const { renamed } = listener.config;
    for (let index = 0; index < fields.length; index += 2)
      fields[index] = renamed[fields[index]!.toLowerCase()] ?? fields[index]!;
    return fields;
  }

  #ownAnswer(status: number, zone: string, request: HttpRequest): HttpReply {
    this.#counters.answered(zone, status);
    return this.#counters.sent(zone, request, answer(status));
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
const longestLocation = 8 * 1024;
