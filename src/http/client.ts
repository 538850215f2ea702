/**
 * An HTTP/1.1 client on sockets that keeps connections: for proxies, health checks and deliveries.
 * Follows no redirects and understands no content codings; what came is what is given.
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import { ClientConnection } from "./client-connection.ts";
import {
  HttpClientError,
  receive,
  watchConnection,
  type ClientRequest,
  type ClientResponse,
  type Receiver,
} from "./client-exchange.ts";
import { defaultLimits } from "./http.ts";
import { knownBody } from "./outgoing.ts";
import { idempotent } from "./request-framing.ts";
import { hasTrustedKey } from "./trusted-keys.ts";
import { Sweeper } from "./sweeper.ts";

export { HttpClientError } from "./client-exchange.ts";
export type {
  Abortable,
  ClientRequest,
  ClientResponse,
  ConnectionWatch,
  Receiver,
} from "./client-exchange.ts";

export interface HttpClient {
  /** Resolves when the response's head is there. Rejects with HttpClientError. */
  request(request: ClientRequest): Promise<ClientResponse>;
  /** The same without promises, for proxies: each costs them more than what they do with a response. */
  start(request: ClientRequest, receiver: Receiver): void;
  /** Bytes over all connections, framing included. */
  readonly traffic: { sentBytes: number; receivedBytes: number };
  /** Closes every connection. */
  close(): void;
}

export interface HttpClientOptions {
  wall: Wall;
  /** How long an unused connection is kept, wall time; 55 s unless given. */
  keepMs?: number;
  /** Most unused connections per address; 256 unless given. */
  mostKept?: number;
  /** Longest head of a response; 64 KB unless given. */
  headBytes?: number;
}

const readBytes = 64 * 1024;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { wall, keepMs = 55_000, mostKept = 256 } = options;
  const limits = { ...defaultLimits, headBytes: options.headBytes ?? defaultLimits.headBytes };
  const sweeper = new Sweeper(wall, 100);
  const kept = new Map<string, ClientConnection[]>();
  const open = new Set<ClientConnection>();
  const traffic = { sentBytes: 0, receivedBytes: 0 };
  /** Plain connections read into it, and what came is copied out at once. */
  const read = Buffer.allocUnsafeSlow(readBytes);
  let closed = false;

  const keep = (connection: ClientConnection): boolean => {
    if (closed) return false;
    const stack = kept.get(connection.name);
    if (!stack) kept.set(connection.name, [connection]);
    else if (stack.length < mostKept) stack.push(connection);
    else return false;
    return true;
  };
  const forget = (connection: ClientConnection) => {
    open.delete(connection);
    sweeper.delete(connection);
    traffic.sentBytes += connection.socket.bytesWritten;
    traffic.receivedBytes += connection.socket.bytesRead;
    const stack = kept.get(connection.name);
    const index = stack?.indexOf(connection) ?? -1;
    if (index >= 0) stack!.splice(index, 1);
    if (stack?.length === 0) kept.delete(connection.name);
  };
  const reuse = (name: string): ClientConnection | undefined => {
    const stack = kept.get(name);
    for (let last = stack?.pop(); last; last = stack?.pop()) if (last.usable) return last;
    return undefined;
  };
  const fresh = (request: ClientRequest, name: string): ClientConnection => {
    const readsItself = request.tls === undefined && request.upgrade !== true;
    const socket = readsItself
      ? openReading(request, read, (bytes) => connection.received(bytes))
      : openSocket(request);
    watchConnection(socket, request.connections);
    const connection: ClientConnection = new ClientConnection(socket, name, {
      sweeper,
      keepMs,
      limits,
      readsItself,
      keep,
      forget,
    });
    open.add(connection);
    sweeper.add(connection);
    return connection;
  };
  const start = (request: ClientRequest, receiver: Receiver): void => {
    if (closed)
      return receiver.failed(new HttpClientError("aborted", "the client is closed", false));
    if (request.signal?.aborted)
      return receiver.failed(new HttpClientError("aborted", "aborted before it was sent", false));
    const name = nameOf(request);
    const present = request.upgrade ? undefined : reuse(name);
    if (!present) return fresh(request, name).exchange(request, receiver);
    present.exchange(request, {
      responded: (response) => receiver.responded(response),
      failed(error) {
        // The peer closed an unused connection just as we took it: nothing came back, try anew.
        if (!present.silent || !mayRepeat(request, error)) receiver.failed(error);
        else fresh(request, name).exchange(request, receiver);
      },
    });
  };
  return {
    traffic,
    start,
    request: (request) => receive((receiver) => start(request, receiver)),
    close() {
      closed = true;
      for (const connection of open) connection.destroy();
    },
  };
}

function mayRepeat(request: ClientRequest, error: HttpClientError): boolean {
  if (error.failure !== "closed") return false;
  const { body, method } = request;
  return idempotent.has(method) && knownBody(body) !== undefined;
}

function nameOf({ address, lane, tls, preface }: ClientRequest): string {
  const place =
    "path" in address
      ? address.path
      : `${address.host}:${address.port} ${address.localAddress ?? ""}`;
  const own = preface ? `${place} ${Buffer.from(preface).toString("latin1")}` : place;
  const base = lane === undefined ? own : `${own} lane ${lane}`;
  return tls
    ? `${base} ${tls.servername} ${tls.rejectUnauthorized ?? true} ${tls.ca ?? ""} ${tls.maxVersion ?? ""} ${tls.trustedKeys?.join(" ") ?? ""}`
    : base;
}

/** Without this, Node makes a buffer of 64 KB for each read, and most of them hold one small response. */
function openReading(
  { address, preface }: ClientRequest,
  shared: Buffer,
  received: (bytes: Buffer) => void,
): Socket {
  let streams = false;
  const onread = {
    // Behind a large piece there are mostly more: they are read where they stay.
    buffer: () => (streams ? Buffer.allocUnsafeSlow(readBytes) : shared),
    callback(size: number, buffer: Uint8Array) {
      streams = size > readBytes / 2;
      const large = buffer !== shared && streams;
      received(large ? (buffer as Buffer).subarray(0, size) : copyOf(buffer, size));
      return true;
    },
  };
  return withPreface(connect({ ...address, noDelay: true, allowHalfOpen: false, onread }), preface);
}

/** What is written before a connection is there waits for it. */
function withPreface(socket: Socket, preface: Uint8Array | undefined): Socket {
  if (preface) socket.write(preface);
  return socket;
}

function copyOf(buffer: Uint8Array, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  bytes.set(buffer.subarray(0, size));
  return bytes;
}

function openSocket({ address, tls, preface }: ClientRequest): Socket {
  const open = () =>
    withPreface(connect({ ...address, noDelay: true, allowHalfOpen: false }), preface);
  if (!tls) return open();
  const { servername, rejectUnauthorized = true, ca, maxVersion, trustedKeys } = tls;
  // An IP address is no name that SNI may carry (RFC 6066, 3).
  const name = /^[\d.]+$|:/.test(servername) ? {} : { servername };
  const raw = preface && open();
  const socket = connectTls({
    ...(raw ? { socket: raw } : address),
    ...name,
    rejectUnauthorized,
    ...(ca && { ca }),
    ...(maxVersion && { maxVersion }),
  });
  raw?.on("error", (error) => socket.destroy(error));
  socket.setNoDelay(true);
  if (trustedKeys)
    // Before anything is sent: this listener is the first.
    socket.once("secureConnect", () => {
      if (!hasTrustedKey(socket, trustedKeys))
        socket.destroy(new Error("the server has none of the trusted keys"));
    });
  return socket;
}
