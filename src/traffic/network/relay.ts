/** Two sockets that carry each other's bytes: back-pressure, half-close, resets and idle time. */
import type { Socket } from "node:net";
import type { PieceReader } from "./pieces.ts";
import type { Pulse, Watched } from "./pulse.ts";

export type RelayEnd = "closed" | "client-reset" | "target-reset" | "balancer-reset";

export interface RelaySide {
  /** What bytes are read from and written to: the connection itself or TLS over it. Allows half-open. */
  socket: Socket;
  /** The connection itself: what can be reset. */
  raw: Socket;
  /** What the socket was made with, if it reads into a buffer of its own. */
  reader?: PieceReader | undefined;
}

export interface RelayOptions {
  pulse: Pulse;
  idleTimeoutMs: number;
  /** Called a few times a second. */
  onBeat: () => void;
}

/** So much of a side without a reader may wait before it is not read any more. */
const mostWaitingBytes = 64 * 1024;
const nothing = new Uint8Array();

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
    this.#carry(client, target.socket, "client-reset");
    this.#carry(target, client.socket, "target-reset");
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

  #carry({ socket: source, reader }: RelaySide, sink: Socket, onReset: RelayEnd): void {
    if (reader) this.#carryPieces(source, reader, sink);
    else this.#carryData(source, sink);
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
    source.resume();
  }

  /** The buffer is read into again when the kernel has taken all that was in it. */
  #carryPieces(source: Socket, reader: PieceReader, sink: Socket): void {
    const resume = () => {
      this.#activeMs = this.#pulse.nowMs;
      source.resume();
    };
    reader.handler = (piece) => {
      this.#activeMs = this.#pulse.nowMs;
      sink.write(piece);
      if (sink.writableLength === 0) return true;
      sink.write(nothing, resume);
      return false;
    };
  }

  #carryData(source: Socket, sink: Socket): void {
    source.on("data", (piece: Buffer) => {
      this.#activeMs = this.#pulse.nowMs;
      sink.write(piece);
      if (sink.writableLength > mostWaitingBytes) source.pause();
    });
    sink.on("drain", () => {
      this.#activeMs = this.#pulse.nowMs;
      source.resume();
    });
  }

  #end(end: RelayEnd): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pulse.leave(this);
    if (end !== "closed") {
      resetSocket(this.#client);
      resetSocket(this.#target);
    }
    this.#client.reader?.release();
    this.#target.reader?.release();
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
  // TLS must close what is below it itself, later: it may be reading at this moment, and would go on
  // with memory that is freed. So the reset that Node does at `resetAndDestroy` is only asked for.
  if (raw.remotePort !== undefined && !shuttingDown) (raw as Resettable).resetAndClosing = true;
  socket.destroy();
}

type Resettable = Socket & { resetAndClosing: boolean };
