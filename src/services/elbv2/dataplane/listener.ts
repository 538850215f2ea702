/** A listener's socket and its compiled rules. */
import type { Wall } from "#runtime/clock.ts";
import type { HttpReply, HttpRequest, HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type { BoundAddress, ListenerConfig } from "./config.ts";
import { compileRules, type CompiledRule } from "./rules.ts";

export interface ListenerEnvironment {
  wall: Wall;
  onError: (error: unknown) => void;
  handle: (request: HttpRequest, listener: Listener) => HttpReply | Promise<HttpReply>;
  refuse: (status: number) => HttpReply;
  onConnection: (event: "opened" | "closed", remotePort: number) => void;
}

/** How long requests under way may take when a listener is deleted or reopened, wall time. */
const graceMs = 1000;

export class Listener {
  readonly port: number;
  rules: CompiledRule[] = [];
  readonly #environment: ListenerEnvironment;
  #bound: BoundAddress | undefined;
  #server: HttpServer | undefined;
  #idleTimeoutMs = 0;

  constructor(config: ListenerConfig, environment: ListenerEnvironment) {
    this.port = config.port;
    this.#bound = config.bound;
    this.#environment = environment;
  }

  configure(config: ListenerConfig): void {
    this.rules = compileRules(config.rules);
  }

  /** Binds where it was bound before, else at the balancer's own address, else at any free port. */
  async open(loopbackHost: string, idleTimeoutMs: number): Promise<BoundAddress> {
    if (this.#server && this.#idleTimeoutMs === idleTimeoutMs) return this.#bound!;
    await this.close();
    this.#idleTimeoutMs = idleTimeoutMs;
    const places = [
      { host: loopbackHost, port: this.port },
      ...(this.#bound ? [this.#bound] : []),
      { host: "127.0.0.1", port: 0 },
    ];
    let failure: unknown;
    for (const place of places)
      try {
        this.#server = await this.#serve(place);
        this.#bound = { host: place.host, port: this.#server.port };
        return this.#bound;
      } catch (error) {
        failure = error;
      }
    throw failure;
  }

  async close(): Promise<void> {
    await this.#server?.close(graceMs);
    this.#server = undefined;
  }

  #serve(place: BoundAddress): Promise<HttpServer> {
    const { wall, onError, handle, refuse, onConnection } = this.#environment;
    return serve({
      ...place,
      wall,
      handler: (request) => handle(request, this),
      refuse,
      onError,
      onConnection,
      limits: { idleTimeoutMs: this.#idleTimeoutMs, headTimeoutMs: this.#idleTimeoutMs },
    });
  }
}
