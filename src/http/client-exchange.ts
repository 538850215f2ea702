/** What a client sends, what it gets, and how that can fail. */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureVersion } from "node:tls";
import type { ByteStream } from "./http.ts";

/** Is told of connections that are made for a request, and of their ends, whoever uses them meanwhile. */
export interface ConnectionWatch {
  opened(): void;
  closed(): void;
}

export function watchConnection(socket: Socket, watch: ConnectionWatch | undefined): void {
  if (!watch) return;
  socket.once("connect", () => {
    watch.opened();
    socket.once("close", () => watch.closed());
  });
}

/** Where to connect: an address or the path of a local socket. */
export type Address = { host: string; port: number; localAddress?: string } | { path: string };

export interface ClientRequest {
  /** Only connections of the same lane are used again; one lane unless given. */
  lane?: number;
  address: Address;
  /** Speaks TLS; names the server for SNI and the check of its certificate. */
  tls?: {
    servername: string;
    rejectUnauthorized?: boolean;
    ca?: string;
    /** The newest version that is offered. */
    maxVersion?: SecureVersion;
    /** Public keys that the server must have one of, DER in base64. */
    trustedKeys?: readonly string[];
  };
  method: string;
  /** Path and query, percent-encoded. */
  target: string;
  /** Names and values in turn, sent as they are. Host is the caller's; framing fields are the client's. */
  rawHeaders: readonly string[];
  body?: string | Uint8Array | ByteStream;
  /** Of a streamed body; without it the body is sent in chunks. */
  bodyLength?: number;
  /** Closes the connection when aborted. */
  signal?: AbortSignal;
  /** Is given the means to close the connection: the same at less cost. */
  control?: { running: Abortable | undefined };
  /** Most wall time for the connection to be made; 10 s unless given. */
  connectTimeoutMs?: number;
  /** Most wall time in which no byte moves either way but for want of the request's body; 60 s unless given. */
  idleTimeoutMs?: number;
  connections?: ConnectionWatch;
  /** Goes before all else on the connection, TLS too. It is not used again for requests without it. */
  preface?: Uint8Array | undefined;
  /** Asks for another protocol: a 101 gives the connection away as `upgraded`. */
  upgrade?: boolean;
}

export interface Abortable {
  abort(): void;
}

/** Is told how a request went, in the turn in which its bytes arrive: one of the two, once. */
export interface Receiver {
  responded(response: ClientResponse): void;
  failed(error: HttpClientError): void;
}

export interface ClientResponse {
  status: number;
  reason: string;
  httpVersion: string;
  /** Names and values in turn, as received. */
  rawHeaders: readonly string[];
  /** Names in lower case; repeated fields joined with ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** A WholeBody when it arrived together with the head. Must be read or abandoned. */
  body: ByteStream;
  /** From Content-Length; undefined when the response does not say. */
  bodyLength: number | undefined;
  /** Names and values in turn of what followed the body, once it has ended; HTTP/2 has them. */
  trailers?: () => readonly string[];
  /** After a 101: the connection, paused, and the bytes that came behind the head. */
  upgraded?: { socket: Duplex; head: Uint8Array };
}

export type ClientFailure =
  /** No connection could be made: refused, unreachable. */
  | "connect"
  /** TLS could not be agreed upon with who was reached. */
  | "handshake"
  | "connect-timeout"
  /** Who was reached did not come to an end of the handshake in time. */
  | "handshake-timeout"
  /** The server says that it did nothing with the request: it can be sent again, whatever it is (RFC 9113, 8.7). */
  | "refused"
  /** The connection ended before the response did. */
  | "closed"
  /** The response is no HTTP. */
  | "malformed"
  /** No byte moved for too long. */
  | "timeout"
  | "aborted";

export class HttpClientError extends Error {
  readonly failure: ClientFailure;
  /** True when the peer may have seen any of the request. */
  readonly sent: boolean;

  constructor(failure: ClientFailure, message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = "HttpClientError";
    this.failure = failure;
    this.sent = sent;
  }
}

/** The response as a promise. */
export function receive(start: (receiver: Receiver) => void): Promise<ClientResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientResponse>();
  start({ responded: resolve, failed: reject });
  return promise;
}
