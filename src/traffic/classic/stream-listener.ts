/** TCP and SSL listeners: each connection is led to an instance, waiting in the queue while none accepts. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import { hasTrustedKey } from "#http/trusted-keys.ts";
import { plainAddress } from "../application/fields.ts";
import type { BoundAddress } from "../application/config.ts";
import { bindAll, type Bound } from "../network/binding.ts";
import type { TlsFacts } from "../network/config.ts";
import { dial, DialError } from "../network/dial.ts";
import { proxyProtocolText } from "../network/proxy-protocol.ts";
import type { Pulse } from "../network/pulse.ts";
import { Relay, resetSocket, type RelaySide } from "../network/relay.ts";
import { ListenerSecurity } from "../network/security.ts";
import type { LogEntry } from "./access-log.ts";
import type { ClassicListenerConfig } from "./config.ts";
import type { ClassicCounters } from "./counters.ts";
import type { Breakable, Instance, Instances } from "./instances.ts";
import type { Door } from "../door.ts";
import { Unanswered } from "../unanswered.ts";
import type { Place, SurgeQueue } from "./surge-queue.ts";

export interface StreamEnvironment {
  wall: Wall;
  pulse: Pulse;
  onError: (error: unknown) => void;
  counters: ClassicCounters;
  instances: Instances;
  zoneOf: (remotePort: number) => string;
  queueOf: (zone: string) => SurgeQueue;
  idleTimeoutMs: () => number;
  /** Who security groups let in, and what clients are called. */
  door: Door;
  /** Undefined when nobody wants to know. */
  log: () => ((entry: LogEntry) => void) | undefined;
}

export class StreamListener {
  readonly #environment: StreamEnvironment;
  readonly #connections = new Set<StreamConnection>();
  #config: ClassicListenerConfig;
  #security: ListenerSecurity | undefined;
  #bound: Bound | undefined;

  constructor(config: ClassicListenerConfig, environment: StreamEnvironment) {
    this.#config = config;
    this.#environment = environment;
  }

  /** Opens if it is not open yet; gives where. */
  async configure(config: ClassicListenerConfig, loopbackHost: string): Promise<BoundAddress> {
    this.#config = config;
    const { tls, port, bound } = config;
    if (tls && this.#security) this.#security.configure(tls, []);
    else this.#security = tls && new ListenerSecurity(tls, [], this.#environment.wall);
    if (!this.#bound) {
      const wanted = { host: loopbackHost, port };
      [this.#bound] = await bindAll(wanted, bound, [(place) => this.#listen(place)]);
    }
    return this.#bound!.address;
  }

  async close(): Promise<void> {
    await this.#bound?.close();
    this.#bound = undefined;
  }

  async #listen(place: BoundAddress): Promise<Bound> {
    const { onError, door, wall } = this.#environment;
    const unanswered = new Unanswered(wall);
    const server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      (socket) => {
        if (!door.admits("tcp", this.#config.port, socket.remoteAddress ?? ""))
          return unanswered.keep(socket);
        door.introduce(socket);
        const connection = new StreamConnection(
          socket,
          this.#config,
          this.#security,
          this.#environment,
          () => this.#connections.delete(connection),
        );
        this.#connections.add(connection);
        connection.start().catch((error: unknown) => {
          onError(error);
          connection.breakOff();
        });
      },
    );
    server.listen({ ...place, backlog: 1024 });
    await once(server, "listening");
    server.on("error", onError);
    const { address: host, port } = server.address() as { address: string; port: number };
    return {
      address: { host, port },
      close: async () => {
        const closed = once(server, "close");
        server.close();
        for (const connection of this.#connections) connection.breakOff();
        unanswered.close();
        await closed;
      },
    };
  }
}

/** One client's connection, from its arrival to its end. */
class StreamConnection implements Breakable {
  readonly #raw: Socket;
  readonly #config: ClassicListenerConfig;
  readonly #security: ListenerSecurity | undefined;
  readonly #environment: StreamEnvironment;
  readonly #left: () => void;
  readonly #zone: string;
  readonly #client: BoundAddress;
  readonly #startedMs: number;
  readonly #beganMs: number;
  #side: RelaySide;
  #tls: TlsFacts | undefined;
  #instance: Instance | undefined;
  #backend: string | undefined;
  #relay: Relay | undefined;
  #ended = false;
  #countedBytes = 0;
  /** How long the instance took to accept. */
  #connectMs: number | undefined;
  /** When the first bytes went to the instance, came from it and went on to the client; monotonic. */
  #sentMs: number | undefined;
  #answeredMs: number | undefined;
  #forwardedMs: number | undefined;

  constructor(
    raw: Socket,
    config: ClassicListenerConfig,
    security: ListenerSecurity | undefined,
    environment: StreamEnvironment,
    left: () => void,
  ) {
    this.#raw = raw;
    this.#config = config;
    this.#security = security;
    this.#environment = environment;
    this.#left = left;
    this.#side = { socket: raw, raw };
    this.#client = { host: plainAddress(raw.remoteAddress ?? ""), port: raw.remotePort ?? 0 };
    this.#zone = environment.zoneOf(this.#client.port);
    this.#startedMs = environment.wall.now();
    this.#beganMs = environment.wall.monotonic();
  }

  async start(): Promise<void> {
    const { counters, wall, pulse, idleTimeoutMs } = this.#environment;
    counters.opened(this.#zone);
    // Until it is joined to an instance nobody else listens; its end shows when it is written to.
    this.#raw.on("error", () => this.#finish());
    if (this.#security) {
      const { socket, facts } = await this.#security.accept(
        this.#raw,
        wall,
        (side) => void (this.#side = side),
      );
      this.#tls = facts;
      if (!socket) return this.#finish();
      socket.on("error", () => this.#finish());
    }
    const backend = await this.#connect();
    if (this.#ended) return backend && resetSocket(backend);
    if (!backend) return this.breakOff();
    backend.socket.once("data", () => (this.#answeredMs = wall.monotonic()));
    this.#relay = new Relay(
      this.#side,
      backend,
      { pulse, idleTimeoutMs: idleTimeoutMs(), onBeat: () => this.#measure() },
      () => this.#finish(),
    );
    // These come after the relay has passed the bytes on.
    this.#side.socket.once("data", () => (this.#sentMs = wall.monotonic()));
    backend.socket.once("data", () => (this.#forwardedMs = wall.monotonic()));
  }

  breakOff(): void {
    if (this.#relay) return this.#relay.reset();
    resetSocket(this.#side);
    this.#finish();
  }

  /** Undefined when nobody is in service, the queue is full, or none accepted for as long as a connection may be idle. */
  async #connect(): Promise<RelaySide | undefined> {
    const { instances, queueOf, counters, wall, idleTimeoutMs } = this.#environment;
    let place: Place | undefined;
    try {
      for (;;) {
        const tried: Instance[] = [];
        for (
          let instance = instances.inTurn(this.#zone, tried);
          instance && !this.#ended;
          instance = instances.inTurn(this.#zone, tried)
        ) {
          const side = await this.#try(instance);
          if (side) return side;
          tried.push(instance);
        }
        // Whoever waits is nothing that an instance has under way.
        this.#instance?.underWay.delete(this);
        if (tried.length === 0 || this.#ended) return undefined;
        if (!place && !(place = queueOf(this.#zone).enter())) {
          counters.node(this.#zone).spillover++;
          return undefined;
        }
        if (wall.monotonic() - this.#beganMs >= idleTimeoutMs()) return undefined;
        await place.wait();
      }
    } finally {
      place?.leave();
    }
  }

  async #try(instance: Instance): Promise<RelaySide | undefined> {
    const { counters, wall } = this.#environment;
    const { instancePort, backend, proxyProtocol } = this.#config;
    // Asked for anew each time: a report may have taken the counts while a connection was made.
    const node = () => counters.node(this.#zone);
    const reach = instance.config.reaches[instancePort];
    if (!reach) {
      node().backendConnectionErrors++;
      return undefined;
    }
    this.#instance?.underWay.delete(this);
    this.#instance = instance;
    instance.underWay.add(this);
    const { localAddress = "", localPort = 0 } = this.#raw;
    const own = { host: plainAddress(localAddress), port: localPort };
    const begunMs = wall.monotonic();
    try {
      const side = await dial({
        reach,
        wall,
        header: proxyProtocol ? proxyProtocolText(this.#client, own) : undefined,
        tls: backend && { alpn: [] },
      });
      const keys = backend?.trustedKeys;
      if (keys && !hasTrustedKey(side.socket as TLSSocket, keys)) {
        resetSocket(side);
        node().backendConnectionErrors++;
        return undefined;
      }
      node().requests++;
      this.#connectMs = wall.monotonic() - begunMs;
      counters.tookMs(this.#zone, this.#connectMs);
      this.#backend =
        "path" in reach ? `${instance.id}:${instancePort}` : `${reach.host}:${reach.port}`;
      return side;
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      node().backendConnectionErrors++;
      return undefined;
    }
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { counters, log } = this.#environment;
    this.#instance?.underWay.delete(this);
    this.#left();
    counters.closed(this.#zone);
    const receivedBytes = this.#relay?.receivedBytes ?? 0;
    const sentBytes = this.#relay?.sentBytes ?? 0;
    this.#measure();
    log()?.(this.#entry(receivedBytes, sentBytes));
  }

  /** Counts the bytes that passed since the last time. */
  #measure(): void {
    const bytes = (this.#relay?.receivedBytes ?? 0) + (this.#relay?.sentBytes ?? 0);
    this.#environment.counters.node(this.#zone).processedBytes += bytes - this.#countedBytes;
    this.#countedBytes = bytes;
  }

  #entry(receivedBytes: number, sentBytes: number): LogEntry {
    const since = (fromMs: number | undefined, untilMs: number | undefined) =>
      fromMs === undefined || untilMs === undefined ? undefined : untilMs - fromMs;
    return {
      zone: this.#zone,
      startedMs: this.#startedMs,
      client: `${this.#client.host}:${this.#client.port}`,
      backend: this.#backend,
      times: {
        requestMs: since(this.#beganMs, this.#sentMs),
        ...(this.#connectMs !== undefined && { backendMs: this.#connectMs }),
        responseMs: since(this.#answeredMs, this.#forwardedMs),
      },
      status: undefined,
      backendStatus: undefined,
      receivedBytes,
      sentBytes,
      request: "- - - ",
      userAgent: "-",
      cipher: this.#tls?.cipher,
      protocol: this.#tls?.version,
    };
  }
}
