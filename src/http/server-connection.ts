/** One client's connection: requests off it one after the other, each reply behind its request. */
import type { Socket } from "node:net";
import { atEndOfTurn } from "#runtime/turn.ts";
import { clientGone, malformedBody } from "./broken-request.ts";
import {
  gatheredBytes,
  ignoreError,
  lingerBytes,
  lingerMs,
  mostUnsentBytes,
} from "./connection-bounds.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { DrainGate } from "./drain-gate.ts";
import { emptyBody, WholeBody, type ByteStream, type HttpReply } from "./http.ts";
import { readRequestHead, unreadable, type RequestHead } from "./head.ts";
import { IncomingBody, joinPieces } from "./incoming-body.ts";
import { ChunkedIntake, LengthIntake, type Intake } from "./intake.ts";
import { FieldWriter, streamBody, writeMessage, type Outlet } from "./outgoing.ts";
import {
  discard,
  frameReply,
  headText,
  isLast,
  isSmall,
  slicedBytes,
  slicesOf,
  writeContinue,
} from "./reply-framing.ts";
import { KnownHead } from "./known-head.ts";
import { IncomingRequest } from "./request.ts";
import { statusLine } from "./status.ts";
import type { Swept } from "./sweeper.ts";
import { HttpSyntaxError, isChunked, readRequestLine } from "./syntax.ts";

export class ServerConnection implements Swept, Outlet {
  readonly socket: Socket;
  readonly remotePort: number;
  readonly #options: ConnectionOptions;
  readonly #writer = new FieldWriter();
  readonly #knownHead = new KnownHead(readRequestLine);
  readonly #sink = (piece: Buffer) => this.#body?.push(piece);
  readonly #onReply = (reply: HttpReply) => this.#answer(reply);
  readonly #onFailure = (error: unknown) => this.#fail(error);
  /** Bytes that belong to no request yet. */
  #pending: Buffer | undefined;
  /** A head whose small body has not arrived in full. */
  #held: RequestHead | undefined;
  /** The request that awaits its reply. */
  #request: IncomingRequest | undefined;
  #head: RequestHead | undefined;
  #intake: Intake | undefined;
  #body: IncomingBody | undefined;
  #awaitsContinue = false;
  /** No request is taken after the reply under way. */
  #last = false;
  #advancing = false;
  #streaming = false;
  #lingering = 0;
  #closed = false;
  readonly #drain: DrainGate;
  #activeMs: number;
  #headSinceMs = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.remotePort = socket.remotePort ?? 0;
    this.#options = options;
    this.#drain = new DrainGate(socket);
    this.#activeMs = options.sweeper.nowMs;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("drain", this.#onDrain);
    // A reset connection is the client's affair; "close" follows.
    socket.on("error", ignoreError);
    socket.on("close", this.#onClose);
  }

  /** Ends the connection behind the reply under way, at once without one. */
  finish(): void {
    this.#last = true;
    if (!this.#request) this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  sweep(nowMs: number): void {
    const { limits } = this.#options;
    const quietMs = nowMs - this.#activeMs;
    const unsent = this.socket.writableLength > 0;
    // A slow client may still be taking the last reply.
    if (this.#lingering > 0 || (unsent && !this.#request)) {
      if (quietMs > (unsent ? limits.stallTimeoutMs : lingerMs)) this.destroy();
    } else if (this.#request) {
      const stalled = unsent || (this.#body?.awaited ?? false);
      if (stalled && quietMs > limits.stallTimeoutMs)
        this.#breakOff(new HttpSyntaxError(408, "the body did not arrive in time"));
      else if (!stalled) this.#activeMs = nowMs;
    } else if (this.#held) {
      if (quietMs > limits.stallTimeoutMs) this.#refuse(408, "the body did not arrive in time");
    } else if (this.#pending) {
      if (nowMs - this.#headSinceMs > limits.headTimeoutMs)
        this.#refuse(408, "the request did not arrive in time");
    } else if (quietMs > limits.idleTimeoutMs) this.socket.destroySoon();
  }

  readonly #onData = (chunk: Buffer) => {
    this.#activeMs = this.#options.sweeper.nowMs;
    if (this.#lingering > 0) {
      this.#lingering -= chunk.length;
      if (this.#lingering <= 0) this.destroy();
      return;
    }
    let bytes = chunk;
    if (this.#intake) {
      const end = this.#take(chunk, 0);
      if (end === chunk.length) return;
      bytes = chunk.subarray(end);
    }
    if (this.#pending) bytes = Buffer.concat([this.#pending, bytes]);
    else this.#headSinceMs = this.#activeMs;
    this.#pending = bytes;
    if (this.#request) {
      if (bytes.length > gatheredBytes) this.socket.pause();
    } else if (bytes.length < gatheredBytes) atEndOfTurn(this.#advance);
    else this.#advance();
  };

  readonly #onEnd = () => {
    this.#advance();
    this.#last = true;
    const gone = clientGone();
    if (this.#intake) {
      this.#body?.fail(gone);
      this.#request?.abort(gone);
      this.destroy();
    } else if (this.#request) this.#request.abort(gone);
    else if (this.#held) this.#refuse(400, "the body did not come whole");
    else this.socket.end();
  };

  readonly #onDrain = () => {
    this.#activeMs = this.#options.sweeper.nowMs;
    this.#drain.open();
    if (this.#request) return;
    if (this.socket.isPaused()) this.socket.resume();
    this.#advance();
  };

  readonly #onClose = () => {
    if (this.#closed) return;
    this.#closed = true;
    const gone = clientGone();
    this.#body?.fail(gone);
    this.#request?.abort(gone);
    this.#drain.fail(gone);
    this.#options.closed(this);
  };

  /** Takes up pending requests until one has to be waited for; a turn's all at its end, their code still cached. */
  readonly #advance = (): void => {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      while (this.#pending && !this.#request && !this.#last && !this.#closed) {
        // Who takes no replies has no further requests read.
        if (this.socket.writableLength > mostUnsentBytes) return void this.socket.pause();
        if (!this.#takeUp(this.#pending)) break;
      }
    } catch (error) {
      if (!(error instanceof HttpSyntaxError)) this.#options.onError(error);
      this.#refuse(error instanceof HttpSyntaxError ? error.status : 500, String(error));
    } finally {
      this.#advancing = false;
    }
  };

  /** Starts the next request if enough of it is there. */
  #takeUp(bytes: Buffer): boolean {
    const head = this.#held ?? readRequestHead(bytes, this.#options.limits, this.#knownHead);
    if (!head) return false;
    const { framing, end } = head;
    if (framing.expect !== undefined && framing.expect.toLowerCase() !== "100-continue")
      throw new HttpSyntaxError(417, "only 100-continue can be expected");
    if (framing.contentLength > 0 && !isChunked(framing, head.version)) {
      const wholeEnd = end + framing.contentLength;
      if (bytes.length >= wholeEnd) {
        this.#keep(bytes, wholeEnd);
        this.#start(head, new WholeBody(bytes.subarray(end, wholeEnd)));
        return true;
      }
      if (framing.contentLength <= gatheredBytes && framing.expect === undefined) {
        this.#held = head;
        return false;
      }
      this.#startStreaming(head, new LengthIntake(framing.contentLength), bytes);
    } else if (isChunked(framing, head.version))
      this.#startStreaming(head, new ChunkedIntake(), bytes);
    else {
      this.#keep(bytes, end);
      // There is nothing to continue with, but botocore, which announces empty objects so, does not
      // read its connection's next reply unless it was told to.
      if (framing.expect !== undefined && head.version === "1.1") writeContinue(this.socket);
      this.#start(head, emptyBody);
    }
    return true;
  }

  #keep(bytes: Buffer, from: number): void {
    this.#pending = from < bytes.length ? bytes.subarray(from) : undefined;
    this.#headSinceMs = this.#activeMs;
  }

  #startStreaming(head: RequestHead, intake: Intake, bytes: Buffer): void {
    const pieces: Buffer[] = [];
    const end = intake.take(bytes, head.end, (piece) => void pieces.push(piece));
    this.#keep(bytes, end);
    if (intake.done && intake.trailers.length === 0)
      return this.#start(head, new WholeBody(joinPieces(pieces)));
    const { expect } = head.framing;
    this.#awaitsContinue = expect !== undefined && head.version === "1.1" && pieces.length === 0;
    const body = new IncomingBody({
      wanted: () => {
        if (this.#awaitsContinue) writeContinue(this.socket);
        this.#awaitsContinue = false;
        if (this.socket.isPaused()) this.socket.resume();
      },
      full: () => void this.socket.pause(),
      abandoned: () => void this.socket.resume(),
    });
    for (const piece of pieces) body.push(piece);
    this.#body = body;
    if (intake.done) {
      body.trailers = intake.trailers;
      body.end();
    } else this.#intake = intake;
    this.#start(head, body);
  }

  /** Hands bytes to the body under way; gives the offset behind it. */
  #take(chunk: Buffer, offset: number): number {
    const intake = this.#intake!;
    let end: number;
    try {
      end = intake.take(chunk, offset, this.#sink);
    } catch (error) {
      this.#breakOff(error);
      return chunk.length;
    }
    if (intake.done) {
      this.#intake = undefined;
      const body = this.#body!;
      body.trailers = intake.trailers;
      body.end();
      if (!this.#request) this.#settleNext();
    }
    return end;
  }

  /** The rest of the request under way is not to be had. */
  #breakOff(error: unknown): void {
    this.#intake = undefined;
    this.#last = true;
    this.#body?.fail(malformedBody(error));
    if (this.#streaming || !(error instanceof HttpSyntaxError)) return this.destroy();
    this.#request?.abort(error);
    this.#refuse(error.status, error.message);
  }

  #start(head: RequestHead, body: ByteStream): void {
    this.#held = undefined;
    this.#head = head;
    const request = new IncomingRequest(head, body, this.socket);
    this.#request = request;
    let result;
    try {
      result = this.#options.handler(request);
    } catch (error) {
      return this.#fail(error);
    }
    if (result instanceof Promise) result.then(this.#onReply, this.#onFailure);
    else this.#answer(result);
  }

  #fail(error: unknown): void {
    if (!this.#request || this.#closed) return;
    this.#options.onError(error);
    this.#answer({ status: 500, headers: {} });
  }

  #answer(reply: HttpReply): void {
    // A refused request has its answer already.
    if (!this.#request) return discard(reply);
    if (this.#closed || this.socket.destroyed) {
      discard(reply);
      return this.#done();
    }
    try {
      this.#send(reply);
    } catch (error) {
      discard(reply);
      if (reply.status === 500 && Object.keys(reply.headers).length === 0) return this.destroy();
      this.#fail(error);
    }
  }

  #send(reply: HttpReply): void {
    const { status, body } = reply;
    const [head, writer, { date }] = [this.#head!, this.#writer, this.#options.sweeper];
    writer.reset(statusLine(status, reply.reason));
    if (reply.rawHeaders) writer.addRaw(reply.rawHeaders);
    writer.addAll(reply.headers);
    if (status === 101 && reply.upgrade) return this.#upgrade(reply.upgrade);
    const framing = frameReply(reply, head, writer);
    this.#last ||= this.#awaitsContinue || writer.closes || framing.framed === "close";
    this.#last ||= isLast(head, this.#intake !== undefined);
    const text = headText(writer, framing, { version: head.version, last: this.#last, date });
    const { known, silent, length, framed } = framing;
    if (silent || (known && length <= slicedBytes)) {
      if (isSmall(framing)) this.#options.outbox.hold(this.socket);
      const bytes = silent || !known ? "" : known.bytes;
      writeMessage(this.socket, text, bytes, silent ? 0 : length);
      if (!known) discard(reply);
      return this.#done();
    }
    this.#streaming = true;
    const stream = known ? slicesOf(known.bytes) : (body as ByteStream);
    streamBody(this, text, stream, length, framed).then(
      () => this.#done(),
      (error: unknown) => {
        // The head is out: all that is left to tell the client is a broken message.
        if (!this.#closed && !this.socket.destroyed) {
          this.#options.onError(error);
          this.destroy();
        }
        this.#done();
      },
    );
  }

  #upgrade(take: NonNullable<HttpReply["upgrade"]>): void {
    const { socket } = this;
    socket.write(`${this.#writer.text}\r\n`, "latin1");
    // Whatever listens on keeps this connection in memory for as long as the socket lives.
    socket.pause().off("close", this.#onClose);
    socket.off("data", this.#onData).off("end", this.#onEnd).off("drain", this.#onDrain);
    this.#request = undefined;
    this.#closed = true;
    this.#options.closed(this, socket);
    take(socket, this.#pending ?? Buffer.alloc(0));
  }

  /** The reply is out: skips what is left of the request, then the next one's turn has come. */
  #done(): void {
    this.#request = undefined;
    this.#streaming = false;
    this.#awaitsContinue = false;
    if (this.#closed) return;
    if (this.#last) return this.#end();
    if (this.#intake) {
      void this.#body!.return();
      this.socket.resume();
      return;
    }
    this.#settleNext();
  }

  #settleNext(): void {
    this.#body = undefined;
    this.#head = undefined;
    if (this.socket.isPaused()) this.socket.resume();
    if (this.#last) this.#end();
    else if (this.#pending) this.#advance();
  }

  /** Ends our side; what the client still sends is read away, else a reset could eat the reply. */
  #end(): void {
    void this.#body?.return();
    this.#intake = undefined;
    this.#pending = undefined;
    this.#held = undefined;
    this.#lingering = lingerBytes;
    this.socket.end();
    this.socket.resume();
  }

  #refuse(status: number, detail: string): void {
    this.#last = true;
    const handled = this.#request;
    this.#head ??= this.#held ?? unreadable();
    this.#request ??= new IncomingRequest(this.#head, emptyBody, this.socket);
    this.#answer(this.#options.refuse(status, detail, handled ? undefined : this.#request));
  }
}
