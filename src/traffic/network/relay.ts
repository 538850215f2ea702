/** Two sockets that carry each other's bytes: back-pressure, half-close, resets and idle time. */
import type { Socket } from "node:net";
import type { Pulse, Watched } from "./pulse.ts";

export type RelayEnd = "closed" | "client-reset" | "target-reset" | "balancer-reset";

export interface RelaySide {
  /** What bytes are read from and written to: the connection itself or TLS over it. Allows half-open. */
  socket: Socket;
  /** The connection itself: what can be reset. */
  raw: Socket;
}

export interface RelayOptions {
  pulse: Pulse;
  idleTimeoutMs: number;
  /** Called a few times a second. */
  onBeat: () => void;
}

/** So much may wait for a slow reader before its other side is not read any more. */
const mostWaitingBytes = 64 * 1024;

/**
 * Each end of one side is passed on to the other, so that a client that has finished sending still
 * gets its answer; a reset is passed on as a reset. `ended` is called once, after which both are closed.
 */
export class Relay implements Watched {
  readonly #client: RelaySide;
  readonly #target: RelaySide;
  readonly #pulse: Pulse;
  readonly #idleTimeoutMs: number;
  readonly #onBeat: () => void;
  readonly #ended: (end: RelayEnd) => void;
  #activeMs: number;
  #closed = 0;
  #open = true;

  constructor(
    client: RelaySide,
    target: RelaySide,
    { pulse, idleTimeoutMs, onBeat }: RelayOptions,
    ended: (end: RelayEnd) => void,
  ) {
    this.#client = client;
    this.#target = target;
    this.#pulse = pulse;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onBeat = onBeat;
    this.#ended = ended;
    pulse.watch(this, idleTimeoutMs);
    this.#activeMs = pulse.nowMs;
    this.#carry(client.socket, target.socket, "client-reset");
    this.#carry(target.socket, client.socket, "target-reset");
  }

  /** From the client. */
  get receivedBytes(): number {
    return this.#client.socket.bytesRead;
  }

  /** To the client. */
  get sentBytes(): number {
    return this.#target.socket.bytesRead;
  }

  beat(nowMs: number): void {
    this.#onBeat();
    if (nowMs - this.#activeMs >= this.#idleTimeoutMs) this.reset();
  }

  reset(): void {
    this.#end("balancer-reset");
  }

  #carry(source: Socket, sink: Socket, onReset: RelayEnd): void {
    source.on("data", (piece: Buffer) => {
      this.#activeMs = this.#pulse.nowMs;
      sink.write(piece);
      // What the kernel took at once waits for nobody: asking for `drain` each time would cost a turn.
      if (sink.writableLength > mostWaitingBytes) source.pause();
    });
    sink.on("drain", () => {
      this.#activeMs = this.#pulse.nowMs;
      source.resume();
    });
    source.on("end", () => sink.end());
    source.on("error", (error: NodeJS.ErrnoException) =>
      this.#end(isReset(error) ? onReset : "balancer-reset"),
    );
    source.on("close", () => {
      this.#closed++;
      if (this.#closed === 2) this.#end("closed");
      // Closed before it ended: the other side's bytes have nowhere to go.
      else if (!source.readableEnded || !source.writableFinished) this.#end(onReset);
    });
    if (source.isPaused()) source.resume();
  }

  #end(end: RelayEnd): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pulse.leave(this);
    if (end !== "closed") {
      resetSocket(this.#client);
      resetSocket(this.#target);
    }
    this.#ended(end);
  }
}

function isReset({ code }: NodeJS.ErrnoException): boolean {
  return code === "ECONNRESET" || code === "EPIPE";
}

/** Ends a connection with RST, so that its other end knows that bytes may be missing. */
export function resetSocket({ socket, raw }: RelaySide): void {
  // Sockets in the file system have no reset, nor have those (says libuv) that are just being shut down.
  const shuttingDown = [socket, raw].some((one) => one.writableEnded && !one.writableFinished);
  if (raw.remotePort !== undefined && !shuttingDown) raw.resetAndDestroy();
  socket.destroy();
}
