/** One classic load balancer: its listeners and its instances at run time. */
import type { Random } from "#runtime/random.ts";
import type { Wall } from "#runtime/clock.ts";
import type { HttpClient } from "#http/client.ts";
import { knownBody, lengthOf } from "#http/outgoing.ts";
import type { ByteStream, HttpReply, HttpRequest } from "#http/http.ts";
import { createSealer, type CookieSealer } from "../application/cookies.ts";
import { classify, treat } from "../application/desync.ts";
import { plainAddress, FieldNames, requestFields } from "../application/fields.ts";
import { FollowedBody } from "../application/followed-body.ts";
import { Listener } from "../application/listener.ts";
import type { BoundAddress } from "../application/config.ts";
import type { Pulse } from "../network/pulse.ts";
import { ClassicAccessLog, type LogEntry } from "./access-log.ts";
import { classicAnswer, refusalStatus } from "./answers.ts";
import type {
  ClassicBalancerConfig,
  ClassicListenerConfig,
  ClassicLog,
  ClassicReport,
} from "./config.ts";
import { ClassicCounters } from "./counters.ts";
import { ClassicExchange } from "./exchange.ts";
import { Instances } from "./instances.ts";
import { StreamListener } from "./stream-listener.ts";
import { SurgeQueue } from "./surge-queue.ts";
import { Door } from "../door.ts";
import { nodeOf } from "../node-of.ts";

export interface ClassicEnvironment {
  client: HttpClient;
  wall: Wall;
  random: Random;
  pulse: Pulse;
  onError: (error: unknown) => void;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-error-message.html#ts-elb-errorcodes-http405 */
const longestMethod = 127;

export class ClassicBalancer {
  readonly #environment: ClassicEnvironment;
  readonly #names = new FieldNames();
  readonly #counters = new ClassicCounters();
  readonly #log = new ClassicAccessLog();
  readonly #instances = new Instances();
  readonly #queues = new Map<string, SurgeQueue>();
  readonly #listeners = new Map<number, Listener | StreamListener>();
  readonly #sealer: CookieSealer;
  readonly #door = new Door();
  #config: ClassicBalancerConfig;

  constructor(config: ClassicBalancerConfig, environment: ClassicEnvironment) {
    this.#config = config;
    this.#environment = environment;
    this.#sealer = createSealer(config.secret, environment.random);
  }

  async configure(config: ClassicBalancerConfig): Promise<BoundAddress[]> {
    this.#config = config;
    this.#instances.configure(config);
    this.#door.configure(config.inbound, config.clientNames);
    const wanted = new Map(config.listeners.map((own) => [own.port, own]));
    for (const [port, open] of this.#listeners) {
      const own = wanted.get(port);
      if (own && isStream(own) === open instanceof StreamListener) continue;
      this.#listeners.delete(port);
      await open.close();
    }
    const bound: BoundAddress[] = [];
    for (const own of config.listeners)
      bound.push(await (isStream(own) ? this.#openStream(own) : this.#openHttp(own)));
    return bound;
  }

  /** A health check found nobody to connect to. */
  countUnreached(zone: string): void {
    this.#counters.node(zone).backendConnectionErrors++;
  }

  underWay(instanceId: string): number | undefined {
    return this.#instances.underWay(instanceId);
  }

  report(): ClassicReport {
    return this.#counters.take(this.#config.id);
  }

  logs(): ClassicLog[] {
    return this.#log.take(this.#config.id);
  }

  async close(): Promise<void> {
    this.#instances.close();
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
  }

  async #openHttp(config: ClassicListenerConfig): Promise<BoundAddress> {
    const { port, bound, tls } = config;
    const settings = {
      arn: String(port),
      port,
      bound,
      tls,
      serverHeader: true,
      responseFields: [],
      renamed: {},
      rules: [],
    };
    let listener = this.#listeners.get(port) as Listener | undefined;
    if (!listener) {
      listener = new Listener(settings, {
        ...this.#environment,
        handle: (request) => this.#handle(request, port),
        refuse: (status, request) => this.#refuse(status, request, port),
        door: this.#door,
        onOpen: (port) => this.#counters.opened(this.#zoneOf(port)),
        onClose: (zone, port) => this.#counters.closed(zone ?? this.#zoneOf(port)),
        onHandshakeError: () => {},
      });
      this.#listeners.set(port, listener);
    }
    await listener.configure(settings);
    const { loopbackHost, idleTimeoutMs } = this.#config;
    return listener.open({ loopbackHost, idleTimeoutMs, http2: false });
  }

  #openStream(config: ClassicListenerConfig): Promise<BoundAddress> {
    let listener = this.#listeners.get(config.port) as StreamListener | undefined;
    if (!listener) {
      listener = new StreamListener(config, {
        ...this.#environment,
        counters: this.#counters,
        instances: this.#instances,
        zoneOf: (remotePort) => this.#zoneOf(remotePort),
        queueOf: (zone) => this.#queueOf(zone),
        door: this.#door,
        idleTimeoutMs: () => this.#config.idleTimeoutMs,
        log: () =>
          this.#config.accessLog ? (entry) => this.#log.write(this.#config.name, entry) : undefined,
      });
      this.#listeners.set(config.port, listener);
    }
    return listener.configure(config, this.#config.loopbackHost);
  }

  #zoneOf(remotePort: number): string {
    return nodeOf(this.#config.zones, remotePort);
  }

  #queueOf(zone: string): SurgeQueue {
    let queue = this.#queues.get(zone);
    if (!queue) {
      queue = new SurgeQueue(this.#environment.wall, (length) => {
        const node = this.#counters.node(zone);
        node.surgePeak = Math.max(node.surgePeak, length);
      });
      this.#queues.set(zone, queue);
    }
    return queue;
  }

  #refuse(status: number, request: HttpRequest | undefined, port: number): HttpReply {
    const answered = refusalStatus(status);
    const zone = request ? this.#zoneOf(request.remotePort) : (this.#config.zones[0] ?? "");
    this.#counters.answered(zone, answered);
    // What came too late or is only too long is no breach of the grammar.
    if (status === 400 || status === 501 || status === 505)
      this.#counters.node(zone).nonCompliantRequests++;
    if (request && this.#config.accessLog)
      this.#write(request, port, {
        zone,
        startedMs: this.#environment.wall.now(),
        status: answered,
        sentBytes: 0,
        times: {},
        ...negotiatedOn(request),
      });
    return classicAnswer(answered);
  }

  #handle(request: HttpRequest, port: number): HttpReply | Promise<HttpReply> {
    const zone = this.#zoneOf(request.remotePort);
    const node = this.#counters.node(zone);
    node.requests++;
    const doubt = classify(request);
    if (doubt) node.nonCompliantRequests++;
    const treated = doubt && treat(this.#config.desync, doubt);
    if (treated?.allowed === false) return ending(this.#own(400, zone));
    const reply = this.#config.accessLog
      ? this.#logged(request, zone, port)
      : this.#replyTo(request, zone, port);
    if (!treated?.closes) return reply;
    return reply instanceof Promise ? reply.then(ending) : ending(reply);
  }

  #replyTo(request: HttpRequest, zone: string, port: number): HttpReply | Promise<HttpReply> {
    const answered = this.#answer(request, zone, port);
    return answered instanceof ClassicExchange ? answered.run() : answered;
  }

  /** The balancer's own answer, or what will find one. */
  #answer(request: HttpRequest, zone: string, port: number): HttpReply | ClassicExchange {
    const listener = this.#config.listeners.find((one) => one.port === port);
    if (!listener) return this.#own(503, zone);
    if (request.method.length > longestMethod) return this.#own(405, zone);
    // "The client used the HTTP CONNECT method, which is not supported by Elastic Load Balancing."
    if (request.method === "CONNECT") return ending(this.#own(400, zone));
    const fields = requestFields(request, {
      names: this.#names,
      dropInvalidHeaders: false,
      forwardedFor: "append",
      forwardedForPort: false,
      port,
      protocol: request.secure ? "https" : "http",
      added: [],
      target: request.target,
      host: undefined,
      ownHost: this.#config.loopbackHost,
      newTraceId: undefined,
      noUpgrades: true,
    });
    if (!fields) return this.#own(400, zone);
    const { client, wall } = this.#environment;
    return new ClassicExchange(
      {
        client,
        wall,
        names: this.#names,
        counters: this.#counters,
        instances: this.#instances,
        queue: this.#queueOf(zone),
        sealer: this.#sealer,
        idleTimeoutMs: this.#config.idleTimeoutMs,
        zone,
        listener,
      },
      request,
      fields,
    );
  }

  #own(status: number, zone: string): HttpReply {
    this.#counters.answered(zone, status);
    return classicAnswer(status);
  }

  async #logged(request: HttpRequest, zone: string, port: number): Promise<HttpReply> {
    const { wall } = this.#environment;
    const startedMs = wall.now();
    const beganMs = wall.monotonic();
    const negotiated = negotiatedOn(request);
    const answered = this.#answer(request, zone, port);
    const exchange = answered instanceof ClassicExchange ? answered : undefined;
    const reply = answered instanceof ClassicExchange ? await answered.run() : answered;
    const { backend, backendStatus, sentMs, answeredMs } = exchange?.outcome ?? {};
    const reached = sentMs !== undefined && answeredMs !== undefined;
    const times = reached
      ? {
          requestMs: sentMs - beganMs,
          backendMs: answeredMs - sentMs,
          // Until the answer begins to be sent, however long its body is.
          responseMs: wall.monotonic() - answeredMs,
        }
      : {};
    const write = (sentBytes: number) =>
      this.#write(request, port, {
        zone,
        startedMs,
        backend: reached ? backend : undefined,
        times,
        status: reply.status,
        backendStatus,
        sentBytes,
        ...negotiated,
      });
    const known = knownBody(reply.body);
    if (known) {
      write(request.method === "HEAD" ? 0 : lengthOf(known.bytes));
      return reply;
    }
    return { ...reply, body: new FollowedBody(reply.body as ByteStream, write) };
  }

  #write(request: HttpRequest, port: number, answered: Answered): void {
    const { method, headers, remoteAddress, remotePort } = request;
    const length = Number(headers["content-length"] ?? 0);
    this.#log.write(this.#config.name, {
      backend: undefined,
      backendStatus: undefined,
      ...answered,
      client: `${plainAddress(remoteAddress)}:${remotePort}`,
      receivedBytes: Number.isSafeInteger(length) ? length : 0,
      // One that could not be read has none.
      request: method === "" ? "- - - " : requestLine(request, port),
      userAgent: headers["user-agent"] ?? "-",
    });
  }
}

/** What is logged of a request besides what it says itself. */
type Answered = Pick<
  LogEntry,
  "zone" | "startedMs" | "times" | "status" | "sentBytes" | keyof Negotiated
> &
  Partial<Pick<LogEntry, "backend" | "backendStatus">>;

type Negotiated = Pick<LogEntry, "cipher" | "protocol">;

/** To be asked while the request is new: its connection must not be asked once it has closed. */
function negotiatedOn({ secure }: HttpRequest): Negotiated {
  const open = secure?.destroyed === false ? secure : undefined;
  return { cipher: open?.getCipher().name, protocol: open?.getProtocol() ?? undefined };
}

/** Behind it the client's connection ends. */
function ending(reply: HttpReply): HttpReply {
  return { ...reply, headers: { ...reply.headers, Connection: "close" } };
}

function isStream({ protocol }: ClassicListenerConfig): boolean {
  return protocol === "TCP" || protocol === "SSL";
}

function requestLine({ secure, method, target, headers, httpVersion }: HttpRequest, port: number) {
  const host = headers["host"] ?? "-";
  const place = /:\d+$/.test(host) ? host : `${host}:${port}`;
  return `${method} ${secure ? "https" : "http"}://${place}${target} HTTP/${httpVersion}`;
}
