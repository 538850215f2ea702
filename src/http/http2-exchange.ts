/** One request on an HTTP/2 session and its response. */
import type { ClientHttp2Stream } from "node:http2";
import type { Wall } from "#runtime/clock.ts";
import {
  HttpClientError,
  type ClientFailure,
  type ClientRequest,
  type ClientResponse,
} from "./client-exchange.ts";
import { joinFields } from "./fields.ts";
import { connectionFields } from "./http2-fields.ts";
import type { Http2Session } from "./http2-session.ts";
import { emptyBody, WholeBody } from "./http.ts";
import { knownBody, lengthOf } from "./outgoing.ts";
import { RepeatableBody } from "./repeatable-body.ts";
import { writePieces } from "./write-pieces.ts";

/** Loaded at its first use: Node's HTTP/2 takes megabytes, and most clouds never speak it. */
export const http2 = () => process.getBuiltinModule("node:http2");

export function exchange(
  session: Http2Session,
  request: ClientRequest,
  wall: Wall,
): Promise<ClientResponse> {
  const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM } = http2().constants;
  const connected = !session.isConnecting;
  const { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, body } = request;
  return new Promise((resolve, reject) => {
    let settled = false;
    const fail = (failure: ClientFailure, message: string) => {
      if (settled) return;
      settled = true;
      timer?.cancel();
      reject(new HttpClientError(failure, message, !session.isConnecting));
    };
    const timer = connected
      ? undefined
      : wall.after(connectTimeoutMs, () => {
          if (!session.isConnecting) return;
          fail(`${unconnectedAs(session, request)}-timeout`, "no connection in time");
          session.destroy();
        });
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(requestFields(request), { endStream: isEmpty(body) });
    } catch (error) {
      return fail("closed", String(error));
    }
    let trailers: readonly string[] = [];
    if (request.control)
      request.control.running = {
        abort() {
          fail("aborted", "the request was aborted");
          stream.close(NGHTTP2_CANCEL);
        },
      };
    // A connection idles in wall time, and only Node sees its frames: the timer is the stream's own.
    const upload = { awaitsSource: false };
    stream.setTimeout(idleTimeoutMs, () => {
      if (upload.awaitsSource) return;
      fail("timeout", "no byte moved for too long");
      stream.close(NGHTTP2_CANCEL);
    });
    let reason = "the stream ended without a response";
    // What it means is known when the stream closes.
    stream.on("error", (error) => (reason = String(error)));
    stream.on("close", () => {
      if (session.isConnecting) fail(unconnectedAs(session, request), reason);
      else if (session.refused(stream)) fail("refused", reason);
      else fail("closed", reason);
    });
    stream.on("trailers", (_headers, _flags, ...rest) => {
      [trailers = []] = rest as unknown[] as [string[]?];
    });
    stream.on("response", (headers, flags, ...rest) => {
      if (settled) return;
      const status = Number(headers[":status"]);
      // Node takes any three digits (RFC 9110, 15).
      if (!(status >= 200 && status <= 599)) {
        fail("malformed", `the status is ${status}`);
        return stream.close(NGHTTP2_CANCEL);
      }
      settled = true;
      timer?.cancel();
      const [raw = []] = rest as unknown[] as [string[]?];
      const rawHeaders: string[] = [];
      for (let index = 0; index + 1 < raw.length; index += 2)
        if (!raw[index]!.startsWith(":")) rawHeaders.push(raw[index]!, raw[index + 1]!);
      const length = headers["content-length"];
      const bodyLength = length === undefined ? undefined : Number(length);
      const hasBody = (flags & NGHTTP2_FLAG_END_STREAM) === 0;
      // Unread, a stream would never close.
      if (!hasBody) stream.resume();
      resolve({
        status,
        reason: "",
        httpVersion: "2.0",
        rawHeaders,
        headers: joinFields(rawHeaders),
        body: hasBody ? new ResponseBody(stream, bodyLength, () => trailers.length > 0) : emptyBody,
        bodyLength,
        trailers: () => trailers,
      });
    });
    if (isEmpty(body)) return;
    // A body that nobody has touched can still go elsewhere when no connection comes about.
    session.onceConnected(() => void send(stream, body!, upload));
  });
}

/** Whether all of it can be sent again. */
export function isRepeatable(body: ClientRequest["body"]): boolean {
  return knownBody(body) !== undefined || (body instanceof RepeatableBody && body.repeatable);
}

/** Over TLS somebody may be reached with whom no connection comes about. */
function unconnectedAs({ isReached }: Http2Session, { tls }: ClientRequest) {
  return tls && isReached ? "handshake" : "connect";
}

class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: ClientHttp2Stream;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #length: number | undefined;
  readonly #hasTrailers: () => boolean;
  /** Asked for at once: to Node a stream that closed before anybody began to read has ended early. */
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined;
  #bytes = 0;

  constructor(stream: ClientHttp2Stream, length: number | undefined, hasTrailers: () => boolean) {
    this.#stream = stream;
    this.#pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#length = length;
    this.#hasTrailers = hasTrailers;
    this.#ahead = this.#pieces.next();
    // Whoever reads it learns of it.
    this.#ahead.catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    let result: IteratorResult<Uint8Array>;
    try {
      result = await (this.#ahead ?? this.#pieces.next());
      this.#ahead = undefined;
    } catch (error) {
      throw new HttpClientError("closed", String(error), true, error);
    }
    if (!result.done) this.#bytes += result.value.length;
    else if (!this.#isWhole())
      throw new HttpClientError("closed", "the stream ended within the body", true);
    return result;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#stream.close(http2().constants.NGHTTP2_CANCEL);
    return { done: true, value: undefined };
  }

  /** To Node a stream that its connection took along has ended like any other. */
  #isWhole(): boolean {
    const { rstCode } = this.#stream;
    return !rstCode || this.#bytes === this.#length || this.#hasTrailers();
  }
}

function isEmpty(body: ClientRequest["body"]): boolean {
  const known = knownBody(body);
  return known !== undefined && lengthOf(known.bytes) === 0;
}

async function send(
  stream: ClientHttp2Stream,
  body: NonNullable<ClientRequest["body"]>,
  upload: { awaitsSource: boolean },
) {
  if (typeof body === "string" || body instanceof Uint8Array) return void stream.end(body);
  if (body instanceof WholeBody) return void stream.end(body.bytes);
  try {
    await writePieces(stream, body, (forBody) => (upload.awaitsSource = forBody));
    if (!stream.destroyed) stream.end();
  } catch {
    // The client's body broke off: the target must not take it for whole.
    stream.close(http2().constants.NGHTTP2_CANCEL);
  }
}

function requestFields({ method, target, rawHeaders, tls }: ClientRequest) {
  // A field may have any name, those of what objects inherit too.
  const fields: Record<string, string | string[]> = {
    __proto__: null as never,
    ":method": method,
    ":path": target,
    ":scheme": tls ? "https" : "http",
  };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === "host") fields[":authority"] = value;
    else if (connectionFields.has(name)) continue;
    else {
      const present = fields[name];
      if (present === undefined) fields[name] = value;
      else fields[name] = Array.isArray(present) ? [...present, value] : [present, value];
    }
  }
  // gRPC's clients must announce it, and a proxy's own hop is one.
  if (String(fields["content-type"] ?? "").startsWith("application/grpc"))
    fields["te"] = "trailers";
  return fields;
}
