/**
 * What the gateway and the services know of HTTP: a request comes in, a reply goes back. Which
 * engine moves the bytes is the engine's own affair.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { Wall } from "#runtime/clock.ts";

/** Bytes in pieces, with back-pressure: the next piece is asked for when the last was taken. */
export type ByteStream = AsyncIterable<Uint8Array>;

export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** The request target as sent: path and query, still percent-encoded. */
  readonly target: string;
  /** Names in lower case; repeated fields joined with ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** Can be iterated once. A WholeBody when it arrived together with the head. */
  readonly body: ByteStream;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  /** "1.1", "1.0" or "2.0". */
  readonly httpVersion: string;
  /** The TLS connection that it came over; undefined for a plain one. */
  readonly secure?: TLSSocket | undefined;
  /** Aborts when the client goes away before its reply was sent. */
  readonly signal: AbortSignal;
  /**
   * The same at less cost, for one listener; not every engine has it. The reason is an HttpSyntaxError where the client
   * was refused in the middle of its request: it has its answer then, with that status.
   */
  onGone?(listener: (reason: Error) => void): void;
}

export interface HttpReply {
  status: number;
  /** The reason phrase; without it the one that the status is known by. */
  reason?: string;
  /** A list sends the field once per element. Framing fields are the engine's unless given here. */
  headers: Record<string, string | number | readonly string[] | undefined>;
  /** Names and values in turn, sent as they are before `headers`: what a proxy passes on. */
  rawHeaders?: readonly string[];
  body?: string | Uint8Array | ByteStream;
  /** Names and values in turn of what follows the body, asked for at its end; HTTP/2 alone sends it. */
  trailers?: () => readonly string[];
  /**
   * With status 101: takes over the connection once the reply's head is written. `head` holds the
   * bytes that the client sent ahead. The receiver handles the socket's errors and its end.
   */
  upgrade?: (socket: Duplex, head: Uint8Array) => void;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Of a server for TLS: the certificates and rules of handshakes from now on. */
  setSecureContext?(options: ServerTlsOptions): void;
  /** Takes no new requests, lets those under way end for at most `graceMs` (wall time), then closes. */
  close(graceMs?: number): Promise<void>;
}

export interface ServeOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  handler: HttpHandler;
  wall: Wall;
  limits?: Partial<HttpLimits>;
  /** What handlers throw; the client gets a bare 500. */
  onError?: (error: unknown) => void;
  /**
   * Answers what cannot be read as a request (400, 408, 414, 431 …) in the caller's own form. `request` is as much of it
   * as could be read, its method "" for nothing; undefined for one that the handler was given before.
   */
  refuse?: (status: number, detail: string, request?: HttpRequest) => HttpReply;
  /** Speaks TLS. */
  secure?: SecureOptions;
  /** Judges each client before its handshake or first byte; false when it takes the connection away. */
  admit?: (socket: Socket) => boolean;
  /** Told of every client that connects and, by the same port, disconnects. */
  onConnection?: (event: "opened" | "closed", remotePort: number, remoteAddress?: string) => void;
}

export interface ServerTlsOptions extends TlsOptions {
  /** PEM: trusted as those of `ca` are, and not told to clients. */
  quietAuthorities?: string | undefined;
}

export interface ClientPlace {
  address: string;
  port: number;
}

export interface SecureOptions {
  options: ServerTlsOptions;
  /** Sees each connection after its handshake; true when it takes it away, as HTTP/2 does. */
  take: (socket: TLSSocket) => boolean;
  /** Told of handshakes that failed; of one whose client has left the socket does not tell any more who it was. */
  onHandshakeError: (error: Error, socket: TLSSocket, client: ClientPlace) => void;
  /** Told of every client before its handshake. */
  onAccept?: (remotePort: number) => void;
}

/** Durations are wall time. */
export interface HttpLimits {
  /** Longest request line; longer ones are answered with 414. */
  requestLineBytes: number;
  /** Longest head, request line included; longer ones are answered with 431. */
  headBytes: number;
  /** Longest value of a field; longer ones are answered with 431. */
  fieldBytes: number;
  /** From the first byte of a head to its end; then 408. */
  headTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  idleTimeoutMs: number;
  /** How long the peer may neither send awaited body bytes nor take reply bytes. */
  stallTimeoutMs: number;
}

export const defaultLimits: HttpLimits = {
  requestLineBytes: 32 * 1024,
  headBytes: 64 * 1024,
  fieldBytes: 64 * 1024,
  headTimeoutMs: 60_000,
  idleTimeoutMs: 75_000,
  stallTimeoutMs: 300_000,
};

export class BodyTooLargeError extends Error {}

/** A body that is in memory already; its bytes can be had without iterating. */
export class WholeBody implements AsyncIterable<Uint8Array> {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.bytes.length > 0) yield this.bytes;
  }
}

export const emptyBody = new WholeBody(Buffer.alloc(0));

/** The whole body. Throws BodyTooLargeError when it has more than `limitBytes`. */
export async function readBody(body: ByteStream, limitBytes: number): Promise<Buffer> {
  if (body instanceof WholeBody) {
    if (body.bytes.length > limitBytes) throw tooLarge(limitBytes);
    return body.bytes;
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    pieces.push(piece);
  }
  if (pieces.length === 1) {
    const [only] = pieces as [Uint8Array];
    return Buffer.from(only.buffer, only.byteOffset, only.length);
  }
  return Buffer.concat(pieces, size);
}

function tooLarge(limitBytes: number): BodyTooLargeError {
  return new BodyTooLargeError(`the body is longer than ${limitBytes} bytes`);
}
