/** A listener's socket and its compiled rules. */
import type { Wall } from "#runtime/clock.ts";
import type { HttpReply, HttpRequest, HttpServer, ServeOptions } from "#http/http.ts";
import { createHttp2Front, type Http2Front } from "#http/http2-server.ts";
import { serve } from "#http/server.ts";
import type { BoundAddress, ListenerConfig, OidcConfig } from "./config.ts";
import { ListenerTls } from "./listener-tls.ts";
import { compileRules, type CompiledRule } from "./rules.ts";

export interface ListenerEnvironment {
  wall: Wall;
  onError: (error: unknown) => void;
  handle: (request: HttpRequest, listener: Listener) => HttpReply | Promise<HttpReply>;
  refuse: (status: number) => HttpReply;
  onConnection: (event: "opened" | "closed", remotePort: number) => void;
  onHandshakeError: () => void;
}

export interface OpenOptions {
  loopbackHost: string;
  idleTimeoutMs: number;
  http2: boolean;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html */
const mostStreams = 128;

/** How long requests under way may take when a listener is deleted or reopened, wall time. */
const graceMs = 1000;

export class Listener {
  readonly port: number;
  rules: CompiledRule[] = [];
  config: ListenerConfig;
  /** Of the rules that ask who the user is. */
  authentications: OidcConfig[] = [];
  readonly #openedMs = new Map<number, number>();
  tls: ListenerTls | undefined;
  readonly #environment: ListenerEnvironment;
  #bound: BoundAddress | undefined;
  #server: HttpServer | undefined;
  #front: Http2Front | undefined;
  /** What the open server cannot change. */
  #opened = "";

  constructor(config: ListenerConfig, environment: ListenerEnvironment) {
    this.port = config.port;
    this.config = config;
    this.#bound = config.bound;
    this.#environment = environment;
  }

  configure(config: ListenerConfig): void {
    this.config = config;
    this.rules = compileRules(config.rules);
    this.authentications = this.rules.flatMap(({ authentication }) => authentication ?? []);
  }

  /** Binds where it was bound before, else at the balancer's own address, else at any free port. */
  async open({ loopbackHost, idleTimeoutMs, http2 }: OpenOptions): Promise<BoundAddress> {
    const { tls } = this.config;
    const wanted = JSON.stringify([idleTimeoutMs, tls && [http2, tls.mutual !== undefined]]);
    if (this.#server && this.#opened === wanted) {
      if (tls && this.tls) {
        this.tls.configure(tls);
        this.#server.setSecureContext!(this.tls.defaultContext);
      }
      return this.#bound!;
    }
    await this.close();
    this.#opened = wanted;
    this.tls = tls && new ListenerTls(tls, http2);
    const places = [
      { host: loopbackHost, port: this.port },
      ...(this.#bound ? [this.#bound] : []),
      { host: "127.0.0.1", port: 0 },
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

  /** How long ago the connection from this port was opened. */
  ageMs(remotePort: number, nowMs: number): number {
    return nowMs - (this.#openedMs.get(remotePort) ?? nowMs);
  }

  #onConnection(event: "opened" | "closed", remotePort: number): void {
    if (event === "opened") this.#openedMs.set(remotePort, this.#environment.wall.monotonic());
    else this.#openedMs.delete(remotePort);
    this.#environment.onConnection(event, remotePort);
  }

  async close(): Promise<void> {
    await Promise.all([this.#server?.close(graceMs), this.#front?.close(graceMs)]);
    this.#server = undefined;
    this.#front = undefined;
  }

  #serve(place: BoundAddress, idleTimeoutMs: number): Promise<HttpServer> {
    const { wall, onError, handle, refuse } = this.#environment;
    return serve({
      ...place,
      wall,
      handler: (request) => handle(request, this),
      ...(this.tls && { secure: this.#secure(this.tls, idleTimeoutMs) }),
      refuse,
      onError,
      onConnection: (event, port) => this.#onConnection(event, port),
      limits: { idleTimeoutMs, headTimeoutMs: idleTimeoutMs },
    });
  }

  #secure(tls: ListenerTls, idleTimeoutMs: number): NonNullable<ServeOptions["secure"]> {
    const { wall, onError, handle, onHandshakeError } = this.#environment;
    const front = createHttp2Front({
      handler: (request) => handle(request, this),
      wall,
      idleTimeoutMs,
      mostStreams,
      onError,
      onConnection: (event, port) => this.#onConnection(event, port),
    });
    this.#front = front;
    return {
      options: tls.options,
      onHandshakeError,
      take(socket) {
        if (!tls.accepts(socket)) {
          onHandshakeError();
          socket.destroy();
          return true;
        }
        if (socket.alpnProtocol !== "h2") return false;
        front.take(socket);
        return true;
      },
    };
  }
}
