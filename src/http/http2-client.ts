/** An HTTP/2 client on node:http2 with prior knowledge: one session per address, for targets that speak it. */
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import {
  HttpClientError,
  watchConnection,
  type ClientRequest,
  type ClientResponse,
  type Receiver,
} from "./client-exchange.ts";
import { joinFields } from "./fields.ts";
import { WholeBody } from "./http.ts";

/** Loaded at its first use: Node's HTTP/2 takes megabytes, and most clouds never speak it. */
const http2 = () => process.getBuiltinModule("node:http2");

export interface Http2Client {
  /** Resolves when the response's head is there. Rejects with HttpClientError. */
  request(request: ClientRequest): Promise<ClientResponse>;
  /** The same, told to a receiver. */
  start(request: ClientRequest, receiver: Receiver): void;
  close(): void;
}

export function createHttp2Client({
  wall,
  keep = true,
}: {
  wall: Wall;
  keep?: boolean;
}): Http2Client {
  const sessions = new Map<string, ClientHttp2Session>();
  const open = new Set<ClientHttp2Session>();
  /** Those whose peer answered, whatever becomes of the handshake. */
  const reached = new WeakSet<ClientHttp2Session>();

  const sessionFor = (request: ClientRequest): ClientHttp2Session => {
    const { address, tls } = request;
    const name = `${"path" in address ? address.path : `${address.host}:${address.port}`} ${tls ? "tls" : ""}`;
    const present = sessions.get(name);
    if (present && !present.closed && !present.destroyed) return present;
    const session: ClientHttp2Session = http2().connect(tls ? "https://target" : "http://target", {
      createConnection() {
        const socket = tls
          ? connectTls({
              ...address,
              ALPNProtocols: ["h2"],
              rejectUnauthorized: tls.rejectUnauthorized ?? true,
              ...(!/^[\d.]+$|:/.test(tls.servername) && { servername: tls.servername }),
            })
          : connectSocket({ ...address, noDelay: true });
        watchConnection(socket, request.connections);
        socket.once("connect", () => reached.add(session));
        return socket;
      },
    });
    open.add(session);
    if (keep) sessions.set(name, session);
    const forget = () => {
      if (sessions.get(name) === session) sessions.delete(name);
    };
    // The streams under way fail by themselves and tell whoever waits for them.
    session.on("error", forget);
    session.on("goaway", forget);
    session.on("close", () => {
      forget();
      open.delete(session);
    });
    return session;
  };

  const request = (asked: ClientRequest) => {
    const session = sessionFor(asked);
    return exchange(session, asked, { wall, isReached: () => reached.has(session) });
  };
  return {
    request,
    start: (asked, receiver) =>
      void request(asked).then(
        (response) => receiver.responded(response),
        (error: HttpClientError) => receiver.failed(error),
      ),
    close() {
      for (const session of open) session.destroy();
    },
  };
}

function exchange(
  session: ClientHttp2Session,
  request: ClientRequest,
  { wall, isReached }: { wall: Wall; isReached: () => boolean },
): Promise<ClientResponse> {
  const connected = !session.connecting;
  /** Over TLS somebody may be reached with whom no connection comes about. */
  const unconnectedAs = () => (request.tls && isReached() ? "handshake" : "connect");
  const { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, body } = request;
  return new Promise((resolve, reject) => {
    let settled = false;
    const fail = (failure: HttpClientError["failure"], message: string) => {
      if (settled) return;
      settled = true;
      timer?.cancel();
      reject(new HttpClientError(failure, message, !session.connecting));
    };
    const timer = connected
      ? undefined
      : wall.after(connectTimeoutMs, () => {
          if (!session.connecting) return;
          fail(`${unconnectedAs()}-timeout`, "no connection in time");
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
      request.control.running = { abort: () => stream.close(http2().constants.NGHTTP2_CANCEL) };
    // A connection idles in wall time, and only Node sees its frames: the timer is the stream's own.
    const upload = { awaitsSource: false };
    stream.setTimeout(idleTimeoutMs, () => {
      if (upload.awaitsSource) return;
      fail("timeout", "no byte moved for too long");
      stream.close(http2().constants.NGHTTP2_CANCEL);
    });
    stream.on("error", (error) =>
      fail(session.connecting ? unconnectedAs() : "closed", String(error)),
    );
    stream.on("close", () =>
      fail(session.connecting ? unconnectedAs() : "closed", "the stream ended without a response"),
    );
    stream.on("trailers", (_headers, _flags, ...rest) => {
      [trailers = []] = rest as unknown[] as [string[]?];
    });
    stream.on("response", (headers, _flags, ...rest) => {
      if (settled) return;
      settled = true;
      timer?.cancel();
      const [raw = []] = rest as unknown[] as [string[]?];
      const rawHeaders: string[] = [];
      for (let index = 0; index + 1 < raw.length; index += 2)
        if (!raw[index]!.startsWith(":")) rawHeaders.push(raw[index]!, raw[index + 1]!);
      const length = headers["content-length"];
      resolve({
        status: Number(headers[":status"]),
        reason: "",
        httpVersion: "2.0",
        rawHeaders,
        headers: joinFields(rawHeaders),
        body: bodyOf(stream),
        bodyLength: length === undefined ? undefined : Number(length),
        trailers: () => trailers,
      });
    });
    if (isEmpty(body)) return;
    // A body that nobody has touched can still go elsewhere when no connection comes about.
    if (connected) void send(stream, body!, upload);
    else session.once("connect", () => void send(stream, body!, upload));
  });
}

async function* bodyOf(stream: ClientHttp2Stream): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    throw new HttpClientError("closed", String(error), true, error);
  }
}

function isEmpty(body: ClientRequest["body"]): boolean {
  return (
    body === undefined ||
    body === "" ||
    (body instanceof WholeBody && body.bytes.length === 0) ||
    (body instanceof Uint8Array && body.length === 0)
  );
}

async function send(
  stream: ClientHttp2Stream,
  body: NonNullable<ClientRequest["body"]>,
  upload: { awaitsSource: boolean },
) {
  if (typeof body === "string" || body instanceof Uint8Array) return void stream.end(body);
  if (body instanceof WholeBody) return void stream.end(body.bytes);
  const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  try {
    upload.awaitsSource = true;
    for await (const piece of body) {
      upload.awaitsSource = false;
      if (stream.destroyed) return;
      if (!stream.write(piece))
        await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), closed]);
      upload.awaitsSource = true;
    }
    upload.awaitsSource = false;
    stream.end();
  } catch {
    upload.awaitsSource = false;
    // The client's body broke off: the target must not take it for whole.
    stream.close(http2().constants.NGHTTP2_CANCEL);
  }
}

function requestFields({ method, target, rawHeaders, tls }: ClientRequest) {
  const fields: Record<string, string | string[]> = {
    ":method": method,
    ":path": target,
    ":scheme": tls ? "https" : "http",
  };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === "host") fields[":authority"] = value;
    else if (name === "connection" || name === "upgrade" || name === "transfer-encoding") continue;
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
