/**
 * What the gateway and the services know of HTTP: a request comes in, a reply goes back. Which
 * engine moves the bytes is the engine's own affair.
 */

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
  /** Can be iterated once. */
  readonly body: ByteStream;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  /** Aborts when the client goes away before its reply was sent. */
  readonly signal: AbortSignal;
}

export interface HttpReply {
  status: number;
  /** A list sends the field once per element. Framing fields are the engine's unless given here. */
  headers: Record<string, string | number | readonly string[] | undefined>;
  body?: string | Uint8Array | ByteStream;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Takes no new requests, lets those under way end for at most `graceMs` (wall time), then closes. */
  close(graceMs?: number): Promise<void>;
}

export class BodyTooLargeError extends Error {}

/** The whole body. Throws BodyTooLargeError when it has more than `limitBytes`. */
export async function readBody(body: ByteStream, limitBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limitBytes)
      throw new BodyTooLargeError(`the body is longer than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  if (pieces.length === 1) {
    const [only] = pieces as [Uint8Array];
    return Buffer.from(only.buffer, only.byteOffset, only.length);
  }
  return Buffer.concat(pieces, size);
}
