/** TLS of a listener: the certificate by name, the policy's versions and ciphers, ALPN. */
import type { Socket } from "node:net";
import { TLSSocket, type SecureContext, type TLSSocketOptions } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import type { TlsConfig } from "../application/config.ts";
import { ListenerTls } from "../application/listener-tls.ts";
import { readGreeting } from "./client-hello.ts";
import type { TlsFacts } from "./config.ts";
import type { RelaySide } from "./relay.ts";

const handshakeTimeoutMs = 10_000;

const nothingKnown: TlsFacts = {
  handshakeMs: undefined,
  cipher: undefined,
  version: undefined,
  serverName: undefined,
  certificateArn: undefined,
  certificateSerial: undefined,
  clientAlpn: undefined,
  targetAlpn: undefined,
  offeredAlpn: undefined,
};

export interface AcceptedTls {
  /** Undefined when the handshake failed; the connection is closed then. */
  socket: TLSSocket | undefined;
  facts: TlsFacts;
}

export class ListenerSecurity {
  readonly #contexts: ListenerTls;
  #alpn: readonly string[];

  constructor(config: TlsConfig, alpn: readonly string[], wall: Wall) {
    this.#contexts = new ListenerTls(config, false, wall);
    this.#alpn = alpn;
  }

  /** What handshakes use from now on. */
  configure(config: TlsConfig, alpn: readonly string[]): void {
    this.#contexts.configure(config);
    this.#alpn = alpn;
  }

  /**
   * Resolves when the handshake has succeeded or failed. `begin` is called when it begins: from then on the
   * connection must be ended as this side, for TLS would go on reading one that is closed below it.
   */
  async accept(raw: Socket, wall: Wall, begin: (side: RelaySide) => void): Promise<AcceptedTls> {
    const begunMs = wall.monotonic();
    const timer = wall.after(handshakeTimeoutMs, () => void raw.destroy());
    const greeting = this.#alpn.length > 0 ? await readGreeting(raw) : { protocols: undefined };
    timer.cancel();
    if (greeting && !raw.destroyed)
      return this.#shakeHands(raw, greeting.protocols, { wall, begunMs, begin });
    raw.destroy();
    return { socket: undefined, facts: nothingKnown };
  }

  #shakeHands(
    raw: Socket,
    offeredAlpn: string[] | undefined,
    { wall, begunMs, begin }: { wall: Wall; begunMs: number; begin: (side: RelaySide) => void },
  ): Promise<AcceptedTls> {
    const { promise, resolve } = Promise.withResolvers<AcceptedTls>();
    // "If the client supports a protocol from the ALPN policy, the load balancer establishes the connection based on
    // the preference list of the ALPN policy. Otherwise, the load balancer does not use ALPN." Asked whether it wants
    // one of a client's protocols the TLS library takes a no for the end.
    const chosen = this.#alpn.find((protocol) => offeredAlpn?.includes(protocol));
    const socket = new TLSSocket(raw, {
      ...this.#options(),
      allowHalfOpen: true,
      ...(chosen !== undefined && { ALPNCallback: () => chosen }),
    } as TLSSocketOptions);
    begin({ socket, raw });
    const finish = (handshakeMs?: number) => {
      timer.cancel();
      for (const event of ["error", "end", "close"]) socket.off(event, fail);
      // Asked now: a connection that has ended tells nothing any more.
      const facts = this.#facts(socket, handshakeMs, offeredAlpn);
      const succeeded = handshakeMs !== undefined;
      if (!succeeded) socket.on("error", () => {}).destroy();
      resolve({ socket: succeeded ? socket : undefined, facts });
    };
    const fail = () => finish();
    const timer = wall.after(handshakeTimeoutMs, fail);
    for (const event of ["error", "end", "close"]) socket.on(event, fail);
    socket.once("secure", () => finish(wall.monotonic() - begunMs));
    return promise;
  }

  #options() {
    const { ALPNProtocols: _none, handshakeTimeout: _own, ...options } = this.#contexts.options;
    return {
      ...options,
      isServer: true,
      secureContext: this.#contexts.contextFor(undefined) satisfies SecureContext,
    };
  }

  #facts(
    socket: TLSSocket,
    handshakeMs: number | undefined,
    offeredAlpn: string[] | undefined,
  ): TlsFacts {
    const common = {
      ...nothingKnown,
      handshakeMs,
      serverName: (socket as { servername?: string | false }).servername || undefined,
      clientAlpn: socket.alpnProtocol || undefined,
      offeredAlpn,
    };
    // A socket that has closed must not be asked: Node then reads what it has freed.
    if (handshakeMs === undefined) return common;
    const certificate = socket.getX509Certificate();
    return {
      ...common,
      cipher: socket.getCipher().name,
      version: socket.getProtocol() ?? undefined,
      certificateArn: this.#contexts.arnOf(certificate),
      certificateSerial: certificate?.serialNumber,
    };
  }
}
