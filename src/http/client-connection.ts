/** One connection to a server: one exchange at a time, kept between exchanges. */
import type { Socket } from "node:net";
import { DrainGate } from "./drain-gate.ts";
import { TLSSocket } from "node:tls";
import { emptyBody, WholeBody, type ByteStream } from "./http.ts";
import {
  HttpClientError,
  type ClientFailure,
  type ClientRequest,
  type Receiver,
} from "./client-exchange.ts";
import { readResponseHead, type HeadLimits, type ResponseHead } from "./head.ts";
import { KnownHead } from "./known-head.ts";
import { IncomingResponse } from "./response.ts";
import { RunningExchange } from "./running-exchange.ts";
import { IncomingBody, joinPieces } from "./incoming-body.ts";
import { responseIntake, UntilCloseIntake, type Intake } from "./intake.ts";
import {
  FieldWriter,
  knownBody,
  lengthOf,
  streamBody,
  writeMessage,
  type Outlet,
} from "./outgoing.ts";
import { framingOf, requestLine, streamFramingOf } from "./request-framing.ts";
import type { Swept, Sweeper } from "./sweeper.ts";
import { HttpSyntaxError, isChunked, readStatusLine } from "./syntax.ts";

export interface ClientConnectionOptions {
  sweeper: Sweeper;
  keepMs: number;
  limits: HeadLimits;
  /** The socket hands its bytes to `received` and not to "data". */
  readsItself: boolean;
  /** Offers an unused connection; false when it is not wanted. */
  keep(connection: ClientConnection): boolean;
  forget(connection: ClientConnection): void;
}

/**
 * Servers that wrongly send a body behind an answer to HEAD or a 304 mostly send it at once, yet in a piece of its own,
 * which the next request would take for its answer.
 */
const restSweeps = 2;

export class ClientConnection implements Swept, Outlet {
  readonly socket: Socket;
  readonly name: string;
  readonly #options: ClientConnectionOptions;
  readonly #writer = new FieldWriter();
  readonly #knownHead = new KnownHead(readStatusLine);
  readonly #sink = (piece: Buffer) => this.#body?.push(piece);
  /** Closes the connection if it is this exchange that it is busy with. */
  readonly #abort = (exchange: RunningExchange) => {
    if (this.#exchange === exchange) this.#break("aborted", "the request was aborted");
  };
  #connected = false;
  /** The peer of a TLS connection answered, whatever becomes of the handshake. */
  #reached = false;
  #whenConnected: (() => void) | undefined;
  #writtenBytes = 0;
  #exchange: RunningExchange | undefined;
  #pending: Buffer | undefined;
  #intake: Intake | undefined;
  #body: IncomingBody | undefined;
  #persists = false;
  /** Nothing of the present exchange's response has arrived. */
  #silent = true;
  #closed = false;
  /** How many sweeps the connection waits before it is offered for another request. */
  #restSweeps = 0;
  #activeMs: number;
  readonly #drain: DrainGate;

  constructor(socket: Socket, name: string, options: ClientConnectionOptions) {
    this.socket = socket;
    this.#drain = new DrainGate(socket);
    this.name = name;
    this.#options = options;
    this.#activeMs = options.sweeper.nowMs;
    if (socket instanceof TLSSocket) {
      socket.on("connect", () => (this.#reached = true));
      socket.on("secureConnect", this.#onConnect);
    } else socket.on("connect", this.#onConnect);
    if (!options.readsItself) socket.on("data", this.#onData);
    socket.on("end", this.#onEnd).on("drain", this.#onDrain);
    socket.on("error", this.#onError).on("close", this.#onClose);
  }

  get usable(): boolean {
    return !this.#closed && !this.socket.destroyed && this.socket.writable;
  }

  get silent(): boolean {
    return this.#silent;
  }

  destroy(): void {
    this.#break("aborted", "the client was closed");
  }

  received(bytes: Buffer): void {
    if (!this.#closed) this.#onData(bytes);
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  exchange(request: ClientRequest, receiver: Receiver): void {
    const exchange = new RunningExchange(request, receiver, this.#abort);
    this.#exchange = exchange;
    this.#silent = true;
    this.#activeMs = this.#options.sweeper.nowMs;
    try {
      this.#send(request, exchange);
    } catch (error) {
      this.#break("malformed", describe(error), error);
    }
  }

  sweep(nowMs: number): void {
    const { bytesWritten } = this.socket;
    if (bytesWritten !== this.#writtenBytes) {
      this.#writtenBytes = bytesWritten;
      this.#activeMs = nowMs;
    }
    const quietMs = nowMs - this.#activeMs;
    const { request } = this.#exchange ?? {};
    if (!request && this.#restSweeps > 0) {
      if (--this.#restSweeps === 0 && this.usable) this.#offer();
    } else if (!request) {
      if (quietMs > this.#options.keepMs) this.#break("closed", "kept long enough");
    } else if (!this.#connected) {
      if (quietMs > (request.connectTimeoutMs ?? 10_000))
        this.#break(
          this.#reached ? "handshake-timeout" : "connect-timeout",
          "no connection could be made in time",
        );
    } else if (this.#awaitsSource()) this.#activeMs = nowMs;
    else if (quietMs > (request.idleTimeoutMs ?? 60_000) && !this.#heldBack())
      this.#break("timeout", "the server did not answer in time");
  }

  /** Quiet because the rest of the request has not come to us. */
  #awaitsSource(): boolean {
    return this.#exchange?.sent === false && !this.socket.writableNeedDrain;
  }

  /** Quiet because our own reader does not want more. */
  #heldBack(): boolean {
    return this.#body !== undefined && !this.#body.awaited && this.socket.isPaused();
  }

  #send(request: ClientRequest, exchange: RunningExchange): void {
    const { body, bodyLength } = request;
    const writer = this.#writer;
    writer.reset(requestLine(request.method, request.target));
    writer.addRaw(request.rawHeaders);
    const known = knownBody(body);
    if (known) {
      const length = lengthOf(known.bytes);
      writeMessage(this.socket, writer.text + framingOf(request, length), known.bytes, length);
      exchange.sent = true;
      return;
    }
    const framed = bodyLength === undefined ? "chunked" : "length";
    const head = writer.text + streamFramingOf(bodyLength);
    const send = () => this.#stream(head, body as ByteStream, bodyLength ?? -1, framed, exchange);
    // A body that nobody has touched can still go elsewhere when no connection comes about.
    if (this.#connected) send();
    else this.#whenConnected = send;
  }

  #stream(
    head: string,
    body: ByteStream,
    length: number,
    framed: "chunked" | "length",
    exchange: RunningExchange,
  ): void {
    streamBody(this, head, body, length, framed).then(
      () => {
        exchange.sent = true;
        if (this.#exchange === exchange && exchange.answered) this.#settle();
        return undefined;
      },
      (error: unknown) => {
        if (this.#exchange === exchange) this.#break("closed", describe(error), error);
      },
    );
  }

  readonly #onConnect = () => {
    // One whose key is not trusted has been destroyed already: nothing of the request goes there.
    if (this.socket.destroyed) return;
    this.#connected = true;
    this.#activeMs = this.#options.sweeper.nowMs;
    this.#whenConnected?.();
    this.#whenConnected = undefined;
  };

  readonly #onDrain = () => {
    this.#activeMs = this.#options.sweeper.nowMs;
    this.#drain.open();
  };

  readonly #onData = (chunk: Buffer) => {
    const exchange = this.#exchange;
    // A server that speaks unasked, or goes on behind its answer, is not to be trusted with the next request.
    if (!exchange || (exchange.answered && !this.#intake))
      return this.#break("closed", "bytes without a request");
    this.#silent = false;
    try {
      if (this.#intake) this.#takeBody(chunk, 0);
      else {
        this.#pending = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk;
        this.#takeHead();
      }
    } catch (error) {
      if (error instanceof HttpSyntaxError) this.#break("malformed", error.message, error);
      else throw error;
    }
    if (!exchange.putsOff) this.#activeMs = this.#options.sweeper.nowMs;
  };

  #takeHead(): void {
    while (this.#pending) {
      const bytes = this.#pending;
      const head = readResponseHead(bytes, this.#options.limits, this.#knownHead);
      if (!head) return;
      this.#pending = head.end < bytes.length ? bytes.subarray(head.end) : undefined;
      if (head.status === 101) return this.#upgrade(head);
      // Interim responses (100, 103) say nothing that our callers need.
      if (head.status >= 200) return this.#begin(head);
      this.#exchange!.interim = true;
    }
  }

  #begin(head: ResponseHead): void {
    const { framing, status, version } = head;
    this.#persists = framing.persists(version);
    const { method } = this.#exchange!.request;
    const ahead = this.#pending;
    this.#pending = undefined;
    const intake = responseIntake(head, method);
    if (intake instanceof UntilCloseIntake) this.#persists = false;
    if (!intake) {
      const announced = isChunked(framing, version) || framing.contentLength > 0;
      // A 204 that speaks of a body is wrong (RFC 9110, 8.6), and who is wrong there may well send one.
      if (ahead || (announced && status === 204)) this.#persists = false;
      this.#restSweeps = announced ? restSweeps : 0;
      return this.#giveWhole(head, emptyBody);
    }
    const pieces: Buffer[] = [];
    if (ahead) {
      const end = intake.take(ahead, 0, (piece) => void pieces.push(piece));
      if (end < ahead.length) this.#persists = false;
    }
    if (intake.done && intake.trailers.length === 0)
      return this.#giveWhole(head, new WholeBody(joinPieces(pieces)));
    const body = new IncomingBody({
      wanted: () => {
        if (!this.#closed && this.socket.isPaused()) {
          this.#activeMs = this.#options.sweeper.nowMs;
          this.socket.resume();
        }
      },
      full: () => void this.socket.pause(),
      // Reading the rest away could take for ever; a new connection is cheaper.
      abandoned: () => this.#break("aborted", "the response was abandoned"),
    });
    for (const piece of pieces) body.push(piece);
    this.#body = body;
    this.#intake = intake;
    const exchange = this.#exchange!;
    exchange.answered = true;
    if (intake.done) this.#endBody(intake);
    exchange.respond(new IncomingResponse(head, body));
  }

  /** The receiver comes last: whatever it does, the connection's own affairs are in order. */
  #giveWhole(head: ResponseHead, body: WholeBody): void {
    const exchange = this.#exchange!;
    exchange.answered = true;
    this.#settle();
    exchange.respond(new IncomingResponse(head, body));
  }

  #takeBody(chunk: Buffer, offset: number): void {
    const intake = this.#intake!;
    const end = intake.take(chunk, offset, this.#sink);
    if (end < chunk.length) this.#persists = false;
    if (intake.done) this.#endBody(intake);
  }

  #endBody(intake: Intake): void {
    const body = this.#body!;
    this.#intake = undefined;
    this.#body = undefined;
    body.trailers = intake.trailers;
    body.end();
    this.#settle();
  }

  /** The response is complete: keeps the connection if the request is out as well. */
  #settle(): void {
    const exchange = this.#exchange!;
    if (this.#intake) return;
    if (!exchange.sent && this.#persists) return;
    this.#detach(exchange);
    if (!this.#persists || this.socket.destroyed) {
      this.#closed = true;
      this.socket.destroySoon();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    if (this.#restSweeps === 0) this.#offer();
  }

  #offer(): void {
    if (!this.#options.keep(this)) this.socket.destroySoon();
  }

  #detach(exchange: RunningExchange): void {
    this.#exchange = undefined;
    exchange.detach();
  }

  #upgrade(head: ResponseHead): void {
    const exchange = this.#exchange!;
    if (!exchange.request.upgrade || !exchange.sent)
      throw new HttpSyntaxError(502, "a 101 that was not asked for, or not yet");
    const { socket } = this;
    this.#detach(exchange);
    this.#closed = true;
    socket.pause();
    for (const [event, listener] of [
      ["connect", this.#onConnect],
      ["data", this.#onData],
      ["end", this.#onEnd],
      ["drain", this.#onDrain],
      ["error", this.#onError],
      ["close", this.#onClose],
    ] as const)
      socket.off(event, listener as () => void);
    // The receiver handles errors from its own turn on; until then one must not end the process.
    socket.on("error", () => {});
    this.#options.forget(this);
    const response = new IncomingResponse(head, emptyBody);
    response.upgraded = { socket, head: this.#pending ?? Buffer.alloc(0) };
    this.#pending = undefined;
    exchange.respond(response);
  }

  /** What it means that the connection ends now. */
  get #endedAs(): ClientFailure {
    if (this.#connected) return "closed";
    return this.#reached ? "handshake" : "connect";
  }

  readonly #onEnd = () => {
    if (this.#intake instanceof UntilCloseIntake) {
      this.#endBody(this.#intake);
      return;
    }
    this.#break(this.#endedAs, "the server closed the connection");
  };

  readonly #onError = (error: Error) => {
    this.#break(this.#endedAs, error.message, error);
  };

  readonly #onClose = () => {
    this.#break(this.#endedAs, "the connection was closed");
    this.#options.forget(this);
  };

  #break(failure: ClientFailure, message: string, cause?: unknown): void {
    const exchange = this.#exchange;
    this.#closed = true;
    if (exchange) {
      this.#detach(exchange);
      const error = new HttpClientError(failure, message, this.#connected, cause);
      this.#intake = undefined;
      this.#body?.fail(error);
      this.#body = undefined;
      this.#drain.fail(error);
      this.socket.destroy();
      return exchange.fail(error);
    }
    this.#drain.fail(new Error(message));
    this.socket.destroy();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
