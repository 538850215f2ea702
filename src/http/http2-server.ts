/** HTTP/2 for the handlers of the HTTP/1.1 engine, on node:http2: a stream is a request and its reply. */
import type { IncomingHttpHeaders, Http2Session, ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import { clientGone } from "./broken-request.ts";
import { joinFields } from "./fields.ts";
import type { HeadLimits } from "./head.ts";
import {
  emptyBody,
  type ByteStream,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
} from "./http.ts";
import { faultOf } from "./http2-faults.ts";
import { connectionFields, looseFields } from "./http2-fields.ts";
import { knownBody } from "./outgoing.ts";
import { HttpSyntaxError } from "./syntax.ts";
import { closeStream } from "./reply-framing.ts";
import { writePieces } from "./write-pieces.ts";

export interface Http2Front {
  /** Speaks HTTP/2 on a connection whose handshake chose it. */
  take(socket: TLSSocket): void;
  close(graceMs: number): Promise<void>;
}

export interface Http2FrontOptions {
  handler: HttpHandler;
  wall: Wall;
  /** How long a connection without streams is kept, and a stream whose client sends nothing more. */
  idleTimeoutMs: number;
  mostStreams: number;
  /** A connection ends behind so many requests. */
  mostRequests: number;
  /** Longer requests are refused. */
  limits: HeadLimits;
  /** Answers a request whose body does not arrive, or with `request` one that no handler is given. */
  refuse: (status: number, request?: HttpRequest) => HttpReply;
  onError: (error: unknown) => void;
  onConnection: (event: "opened" | "closed", remotePort: number) => void;
}

export function createHttp2Front(options: Http2FrontOptions): Http2Front {
  // Loaded here: Node's HTTP/2 takes megabytes, and most clouds never speak it.
  const { constants, createServer } = process.getBuiltinModule("node:http2");
  const server = createServer({
    settings: { maxConcurrentStreams: options.mostStreams },
    ...looseFields,
  });
  const sessions = new Map<Http2Session, { socket: TLSSocket; requests: number }>();
  const retiring = new WeakSet<Http2Session>();
  /** Ends a session without refusing what its client sent before it knew (RFC 9113, 6.8). */
  const retire = (session: Http2Session) => {
    if (retiring.has(session)) return;
    retiring.add(session);
    session.goaway(constants.NGHTTP2_NO_ERROR, lastStream);
    const timer = options.wall.after(noticeMs, () => session.close());
    session.once("close", () => timer.cancel());
  };
  let arriving: TLSSocket | undefined;
  server.on("session", (session) => {
    const socket = arriving!;
    const { remotePort = 0 } = socket;
    sessions.set(session, { socket, requests: 0 });
    options.onConnection("opened", remotePort);
    // A connection idles in wall time, and only Node sees its frames: the timer is the session's own.
    const idled = () => {
      // Streams may still end; one whose client takes nothing more would not.
      if (session.closed) return session.destroy();
      session.setTimeout(options.idleTimeoutMs, idled);
      session.close();
    };
    session.setTimeout(options.idleTimeoutMs, idled);
    session.on("close", () => {
      sessions.delete(session);
      options.onConnection("closed", remotePort);
    });
  });
  // What a client does wrong ends its own session or stream; there is nobody else to tell.
  server.on("sessionError", () => {});
  server.on("stream", (stream: ServerHttp2Stream, headers, flags, ...rest) => {
    const place = stream.session && sessions.get(stream.session);
    if (!place) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    stream.on("error", () => {});
    if (++place.requests === options.mostRequests) retire(stream.session);
    const [rawHeaders = []] = rest as unknown[] as [string[]?];
    const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    const request = new StreamRequest(stream, headers, rawHeaders, ended, place.socket);
    // As its session's.
    stream.setTimeout(options.idleTimeoutMs, () => request.idle(options.refuse));
    answer(request, stream, options, retire).catch((error: unknown) => {
      if (stream.destroyed) return;
      options.onError(error);
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
  });
  return {
    take(socket) {
      arriving = socket;
      server.emit("connection", socket);
      arriving = undefined;
    },
    async close(graceMs) {
      const open = [...sessions];
      // However they end: with an error is as good.
      const closed = open.map(
        ([session]) => new Promise<void>((resolve) => session.once("close", () => resolve())),
      );
      for (const [session] of open) session.close();
      const timer = options.wall.after(graceMs, () => {
        for (const [session, { socket }] of open) {
          session.destroy();
          socket.destroy();
        }
      });
      await Promise.all(closed);
      timer.cancel();
    },
  };
}

/** The highest that a stream can have (RFC 9113, 6.8). */
const lastStream = 2 ** 31 - 1;
/** How long a client has to hear that it should open no more streams. */
const noticeMs = 1000;

class StreamRequest implements HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly httpVersion = "2.0";
  readonly rawHeaders: readonly string[];
  readonly body: ByteStream;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly secure: TLSSocket;
  readonly #stream: ServerHttp2Stream;
  #headers: Record<string, string | undefined> | undefined;
  #gone: AbortController | undefined;
  #refusal: HttpSyntaxError | undefined;
  #answered = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
    ended: boolean,
    socket: TLSSocket,
  ) {
    this.#stream = stream;
    this.method = headers[":method"] ?? "GET";
    this.target = headers[":path"] ?? "/";
    this.rawHeaders = plainFields(headers, rawHeaders);
    this.body = ended ? emptyBody : bodyOf(stream);
    this.remoteAddress = socket.remoteAddress ?? "";
    this.remotePort = socket.remotePort ?? 0;
    this.localPort = socket.localPort ?? 0;
    this.secure = socket;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return (this.#headers ??= joinFields(this.rawHeaders));
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController();
      this.#gone = gone;
      this.onGone((reason) => gone.abort(reason));
    }
    return this.#gone.signal;
  }

  /** Nothing moves: ends the stream if it is the client that keeps it waiting. */
  idle(refuse: (status: number) => HttpReply): void {
    const stream = this.#stream;
    if (stream.closed) return;
    const { NGHTTP2_CANCEL } = process.getBuiltinModule("node:http2").constants;
    const awaitsBody =
      this.body !== emptyBody && !stream.readableEnded && stream.readableLength === 0;
    if (stream.headersSent) {
      if (awaitsBody || stream.writableNeedDrain) stream.close(NGHTTP2_CANCEL);
      return;
    }
    if (!awaitsBody) return;
    const reply = refuse(408);
    this.#refusal = new HttpSyntaxError(reply.status, "the body did not arrive in time");
    stream.respond(replyFields(reply));
    stream.end(knownBody(reply.body)?.bytes, () => stream.close(NGHTTP2_CANCEL));
  }

  /** All of its answer was handed to the stream. */
  answered(): void {
    this.#answered = true;
  }

  onGone(listener: (reason: Error) => void): void {
    const stream = this.#stream;
    const tell = () => {
      if (this.#refusal) listener(this.#refusal);
      // Node ends a stream that its client has left: it is finished then, too.
      else if (!this.#answered || !stream.writableFinished) listener(clientGone());
    };
    if (stream.closed) tell();
    else stream.once("close", tell);
  }
}

function bodyOf(stream: ServerHttp2Stream): ByteStream {
  return {
    [Symbol.asyncIterator]() {
      // Abandoning the request's body must not end the reply.
      const pieces = stream.iterator({ destroyOnReturn: false });
      return pieces as AsyncIterator<Uint8Array>;
    },
  };
}

/** As HTTP/1.1 has them: the authority as Host, crumbs of cookies in one field (RFC 9113, 8.2.3). */
function plainFields(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): string[] {
  const fields: string[] = [];
  const authority = headers[":authority"];
  if (authority !== undefined) fields.push("Host", authority);
  let cookie: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    if (name.startsWith(":") || (name === "host" && authority !== undefined)) continue;
    if (name === "cookie") cookie = cookie === undefined ? value : `${cookie}; ${value}`;
    else fields.push(name, value);
  }
  if (cookie !== undefined) fields.push("cookie", cookie);
  return fields;
}

async function answer(
  request: StreamRequest,
  stream: ServerHttp2Stream,
  { handler, refuse, limits, onError }: Http2FrontOptions,
  retire: (session: Http2Session) => void,
): Promise<void> {
  let reply: HttpReply;
  try {
    const fault = faultOf(request, limits);
    reply = fault === undefined ? await handler(request) : refuse(fault, request);
  } catch (error) {
    onError(error);
    reply = { status: 500, headers: {} };
  }
  const known = knownBody(reply.body);
  if (stream.destroyed || stream.closed || stream.headersSent) {
    if (!known) await closeStream(reply.body as ByteStream);
    return;
  }
  // HTTP/2 has no such field: the connection takes no more requests.
  if (reply.headers["Connection"] === "close" && stream.session) retire(stream.session);
  const silent = request.method === "HEAD" || bodiless.has(reply.status);
  if (silent || known) request.answered();
  const { trailers } = reply;
  if (trailers) stream.once("wantTrailers", () => sendTrailers(stream, trailers()));
  stream.respond(replyFields(reply), {
    ...(trailers && { waitForTrailers: true }),
    ...(silent && { endStream: true }),
  });
  if (silent) {
    if (!known) await closeStream(reply.body as ByteStream);
    return readAway(stream, request);
  }
  if (known) {
    stream.end(known.bytes);
    return readAway(stream, request);
  }
  await writePieces(stream, reply.body as ByteStream);
  if (!stream.closed) request.answered();
  stream.end();
  readAway(stream, request);
}

/**
 * What is still to come of a request that was answered: unread, its stream would never close. Not before the answer is
 * out, for a stream whose request has been read is destroyed as soon as its answer is handed over.
 */
function readAway(stream: ServerHttp2Stream, { body }: StreamRequest): void {
  if (body === emptyBody || stream.destroyed) return;
  if (stream.writableFinished) stream.resume();
  else stream.once("finish", () => stream.resume());
}

/** Whose answers end with their head, to Node too. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

function sendTrailers(stream: ServerHttp2Stream, raw: readonly string[]): void {
  stream.sendTrailers(fieldsOf(raw));
}

function replyFields({ status, rawHeaders = [], headers }: HttpReply) {
  const raw = [...rawHeaders];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as string[]) : [value])
      raw.push(name, String(one));
  }
  const fields = fieldsOf(raw);
  // Clients refuse a length where there cannot be a body (RFC 9110, 8.6 and 15.3.6).
  if (status === 204 || status === 205) delete fields["content-length"];
  return Object.assign(fields, { ":status": status });
}

function fieldsOf(raw: readonly string[]): Record<string, string | string[]> {
  // A field may have any name, those of what objects inherit too.
  const fields: Record<string, string | string[]> = { __proto__: null as never };
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    const value = raw[index + 1]!;
    if (connectionFields.has(name)) continue;
    const present = fields[name];
    if (present === undefined) fields[name] = value;
    else if (name !== "content-length")
      fields[name] = typeof present === "string" ? [present, value] : [...present, value];
  }
  return fields;
}
