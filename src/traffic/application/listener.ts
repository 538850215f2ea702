/** A listener's socket and its compiled rules. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import type { ClientPlace, HttpReply, HttpRequest, HttpServer, ServeOptions } from "#http/http.ts";
import { createHttp2Front, type Http2Front } from "#http/http2-server.ts";
import { serve } from "#http/server.ts";
import type { ConnectionFacts } from "./connection-log.ts";
import type { BoundAddress, ListenerConfig, MutualConfig, OidcConfig } from "./config.ts";
import { ListenerTls } from "./listener-tls.ts";
import { Revocations } from "./revocations.ts";
import { compileRules, type CompiledRule } from "./rules.ts";
import type { Door } from "../door.ts";
import { Unanswered } from "../unanswered.ts";

export interface ListenerEnvironment {
  wall: Wall;
  onError: (error: unknown) => void;
  handle: (request: HttpRequest, listener: Listener) => HttpReply | Promise<HttpReply>;
  refuse: (status: number, request: HttpRequest | undefined, listener: Listener) => HttpReply;
  /** Who security groups let in, and what clients are called. */
  door: Door;
  /** Gives the zone of the node that a client came to, which is told again at the connection's end. */
  onOpen: (remotePort: number) => string;
  /** Without a zone for one of several clients that have the same port. */
  onClose: (zone: string | undefined, remotePort: number) => void;
  onHandshakeError: (remotePort: number) => void;
  /** Whether connections are written down, and who does it. */
  connectionLog?: { wanted: () => boolean; add: (facts: ConnectionFacts) => void };
  random: Random;
}

interface OpenConnection {
  /** Monotonic. */
  openedMs: number;
  /** Of the node; undefined until the connection counts. */
  zone: string | undefined;
  /** Made when something asks for it. */
  traceId: string | undefined;
}

export interface OpenOptions {
  loopbackHost: string;
  idleTimeoutMs: number;
  http2: boolean;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html */
const mostStreams = 128;
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#response-code-000 */
const mostRequests = 10_000;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#http-headers-quotas */
const headLimits = { requestLineBytes: 16 * 1024, fieldBytes: 16 * 1024, headBytes: 64 * 1024 };

/** How long requests under way may take when a listener is deleted or reopened, wall time. */
const graceMs = 1000;

export class Listener {
  readonly port: number;
  rules: CompiledRule[] = [];
  config: ListenerConfig;
  /** Of the rules that ask who the user is. */
  authentications: OidcConfig[] = [];
  /** By the client's port. */
  readonly #open = new Map<number, OpenConnection>();
  tls: ListenerTls | undefined;
  /** When connections whose handshake is under way were accepted, by the client's port. */
  readonly #accepted = new Map<number, number>();
  readonly #environment: ListenerEnvironment;
  readonly #unanswered: Unanswered;
  /** Of its trust store, kept while that has the same lists. */
  #revocations: { text: string; read: Promise<Revocations> } | undefined;
  #bound: BoundAddress | undefined;
  #server: HttpServer | undefined;
  #front: Http2Front | undefined;
  /** What its rules were made from: targets come and go more often than these change. */
  #compiled = "";
  /** What the open server cannot change. */
  #opened = "";

  constructor(config: ListenerConfig, environment: ListenerEnvironment) {
    this.port = config.port;
    this.config = config;
    this.#bound = config.bound;
    this.#environment = environment;
    this.#unanswered = new Unanswered(environment.wall);
  }

  async configure(config: ListenerConfig): Promise<void> {
    const adopt = await this.prepare(config);
    adopt();
  }

  /** Reads the rules; they hold from when what is given back is called. */
  async prepare(config: ListenerConfig): Promise<() => void> {
    const wanted = JSON.stringify(config.rules);
    const rules = this.#compiled === wanted ? this.rules : await compileRules(config.rules);
    return () => {
      this.config = config;
      this.rules = rules;
      this.#compiled = wanted;
      this.authentications = rules.flatMap(({ authentication }) => authentication ?? []);
    };
  }

  /** Binds where it was bound before, else at the balancer's own address, else at any free port. */
  async open({ loopbackHost, idleTimeoutMs, http2 }: OpenOptions): Promise<BoundAddress> {
    const { tls } = this.config;
    const wanted = JSON.stringify([idleTimeoutMs, tls && [http2, tls.mutual !== undefined]]);
    const revocations = await this.#readRevocations(tls?.mutual);
    if (this.#server && this.#opened === wanted) {
      if (tls && this.tls?.configure(tls, revocations))
        this.#server.setSecureContext!(this.tls.defaultContext);
      return this.#bound!;
    }
    await this.close();
    this.#opened = wanted;
    this.tls = tls && new ListenerTls(tls, http2, this.#environment.wall, revocations);
    const places = [
      { host: loopbackHost, port: this.port },
      ...(this.#bound ? [this.#bound] : []),
      { host: loopbackHost.includes(":") ? loopbackHost : "127.0.0.1", port: 0 },
    ];
    let failure: unknown;
    for (const place of places)
      try {
        this.#server = await this.#serve(place, idleTimeoutMs);
        this.#bound = { host: place.host, port: this.#server.port };
        return this.#bound;
      } catch (error) {
        failure = error;
      }
    throw failure;
  }

  async #readRevocations(mutual: MutualConfig | undefined): Promise<Revocations | undefined> {
    if (mutual?.mode !== "verify") return undefined;
    const text = mutual.revocations.join("\n");
    if (this.#revocations?.text !== text)
      this.#revocations = { text, read: Revocations.read(mutual.revocations) };
    return this.#revocations.read;
  }

  /** How long ago the connection from this port was opened. */
  ageMs(remotePort: number, nowMs: number): number {
    return nowMs - (this.#open.get(remotePort)?.openedMs ?? nowMs);
  }

  /** Names the connection from this port in logs. */
  traceIdOf(remotePort: number): string | undefined {
    const connection = this.#open.get(remotePort);
    return connection && (connection.traceId ??= this.#newTraceId());
  }

  #newTraceId(): string {
    return `TID_${this.#environment.random.hex(32)}`;
  }

  #onConnection(event: "opened" | "closed", remotePort: number, remoteAddress?: string): void {
    const { wall, connectionLog, onOpen, onClose } = this.#environment;
    if (event === "closed") {
      const zone = this.#open.get(remotePort)?.zone;
      this.#open.delete(remotePort);
      return onClose(zone, remotePort);
    }
    const openedMs = wall.monotonic();
    // A handshake that was written down has named it already.
    const traceId = this.#open.get(remotePort)?.traceId;
    this.#open.set(remotePort, { openedMs, zone: onOpen(remotePort), traceId });
    // Those over TLS were written down with their handshake.
    if (remoteAddress !== undefined && !this.tls && connectionLog?.wanted())
      this.#log(remotePort, remoteAddress, undefined);
  }

  #log(remotePort: number, remoteAddress: string, tls: ConnectionFacts["tls"]): void {
    const traceId = this.traceIdOf(remotePort) ?? this.#newTraceId();
    const listenerPort = this.port;
    this.#environment.connectionLog?.add({ remotePort, remoteAddress, listenerPort, traceId, tls });
  }

  /** A handshake that came to its end, well or not. */
  #shook(
    socket: TLSSocket,
    failure: string | undefined,
    { address, port: remotePort }: ClientPlace = placeOf(socket),
  ): void {
    const { connectionLog, wall } = this.#environment;
    const acceptedMs = this.#accepted.get(remotePort);
    this.#accepted.delete(remotePort);
    if (!connectionLog?.wanted()) return;
    const handshakeMs =
      acceptedMs === undefined || !isAgreed(socket) ? undefined : wall.monotonic() - acceptedMs;
    const tls = { socket, handshakeMs, failure };
    if (failure === undefined && !this.#open.has(remotePort))
      this.#open.set(remotePort, {
        openedMs: wall.monotonic(),
        zone: undefined,
        traceId: undefined,
      });
    this.#log(remotePort, address, tls);
  }

  async close(): Promise<void> {
    this.#unanswered.close();
    await Promise.all([this.#server?.close(graceMs), this.#front?.close(graceMs)]);
    this.#server = undefined;
    this.#front = undefined;
  }

  #admit(socket: Socket): boolean {
    const { door } = this.#environment;
    if (door.admits("tcp", this.port, socket.remoteAddress ?? "")) {
      door.introduce(socket);
      return true;
    }
    this.#unanswered.keep(socket);
    return false;
  }

  #serve(place: BoundAddress, idleTimeoutMs: number): Promise<HttpServer> {
    const { wall, onError, handle, refuse } = this.#environment;
    return serve({
      ...place,
      wall,
      handler: (request) => handle(request, this),
      ...(this.tls && { secure: this.#secure(this.tls, idleTimeoutMs) }),
      refuse: (status, _detail, request) => refuse(status, request, this),
      onError,
      admit: (socket) => this.#admit(socket),
      onConnection: (event, port, address) => this.#onConnection(event, port, address),
      limits: {
        ...headLimits,
        idleTimeoutMs,
        headTimeoutMs: idleTimeoutMs,
        stallTimeoutMs: idleTimeoutMs,
      },
    });
  }

  #secure(tls: ListenerTls, idleTimeoutMs: number): NonNullable<ServeOptions["secure"]> {
    const { wall, onError, handle, refuse, onHandshakeError, door } = this.#environment;
    const front = createHttp2Front({
      handler: (request) => handle(request, this),
      wall,
      idleTimeoutMs,
      mostStreams,
      mostRequests,
      limits: headLimits,
      refuse: (status, request) => refuse(status, request, this),
      onError,
      onConnection: (event, port) => this.#onConnection(event, port),
    });
    this.#front = front;
    return {
      options: tls.options,
      onAccept: (port) => {
        this.#accepted.set(port, wall.monotonic());
      },
      onHandshakeError: (_error, socket, client) => {
        this.#shook(socket, "UnmappedConnectionError", client);
        onHandshakeError(client.port);
      },
      take: (socket) => {
        door.introduce(socket);
        const refusal = tls.refusalOf(socket);
        if (refusal !== undefined) {
          this.#shook(socket, refusal);
          onHandshakeError(socket.remotePort ?? 0);
          socket.destroy();
          return true;
        }
        const taken = socket.alpnProtocol === "h2";
        if (taken) front.take(socket);
        this.#shook(socket, undefined);
        return taken;
      },
    };
  }
}

function placeOf({ remoteAddress = "", remotePort = 0 }: TLSSocket): ClientPlace {
  return { address: remoteAddress, port: remotePort };
}

/** A handshake that failed midway has a version, perhaps, and no cipher. */
function isAgreed(socket: TLSSocket): boolean {
  return (socket.getCipher() as { name?: string } | undefined)?.name !== undefined;
}
