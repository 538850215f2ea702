/** The HttpServer contract on node:http: what the engine of our own is compared with in tests. */
import { createServer, ServerResponse, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import {
  defaultLimits,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  type HttpServer,
  type ServeOptions,
} from "./http.ts";

export async function serveWithNode(options: ServeOptions): Promise<HttpServer> {
  const { handler, wall, onError } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const server = createServer({
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    requestTimeout: 0,
    noDelay: true,
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = requestOf(incoming, response);
    const reply = await runHandler(handler, request, onError);
    await send(reply, response, incoming.method === "HEAD");
  };
  server.on("request", (incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      onError?.(error);
      response.destroy();
    });
  });
  server.on("upgrade", (incoming, stream, head) => {
    const socket = stream as Socket;
    const response = new ServerResponse(incoming);
    const run = async () => {
      const reply = await runHandler(handler, requestOf(incoming, response), onError);
      if (reply.status === 101 && reply.upgrade) {
        socket.write(upgradeHead(reply), "latin1");
        reply.upgrade(socket, head);
        return;
      }
      response.assignSocket(socket);
      response.shouldKeepAlive = false;
      response.on("finish", () => socket.end());
      await send(reply, response, false);
    };
    socket.on("error", () => {});
    run().catch((error: unknown) => {
      onError?.(error);
      socket.destroy();
    });
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    host: options.host,
    port,
    async close(graceMs = 5000) {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const timer = wall.after(graceMs, () => server.closeAllConnections());
      await closed;
      timer.cancel();
    },
  };
}

function requestOf(incoming: IncomingMessage, response: ServerResponse): HttpRequest {
  const { socket } = incoming;
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort(new Error("the client went away"));
  });
  const headers: Record<string, string | undefined> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    headers[name] = values?.join(", ");
  return {
    method: incoming.method ?? "GET",
    target: incoming.url ?? "/",
    headers,
    rawHeaders: incoming.rawHeaders,
    body: incoming,
    httpVersion: incoming.httpVersion,
    remoteAddress: socket.remoteAddress ?? "",
    remotePort: socket.remotePort ?? 0,
    localPort: socket.localPort ?? 0,
    signal: gone.signal,
  };
}

async function runHandler(
  handler: HttpHandler,
  request: HttpRequest,
  onError: ((error: unknown) => void) | undefined,
): Promise<HttpReply> {
  try {
    return await handler(request);
  } catch (error) {
    onError?.(error);
    return { status: 500, headers: {} };
  }
}

async function send(reply: HttpReply, response: ServerResponse, bodiless: boolean): Promise<void> {
  const { status, headers, rawHeaders = [], body } = reply;
  response.statusCode = status;
  if (reply.reason !== undefined) response.statusMessage = reply.reason;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    response.appendHeader(rawHeaders[index]!, rawHeaders[index + 1]!);
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    if (status !== 204 && status !== 304 && !response.hasHeader("content-length"))
      response.setHeader("content-length", body === undefined ? 0 : Buffer.byteLength(body));
    response.end(body);
    return;
  }
  for await (const piece of body) {
    if (bodiless) break;
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, "drain"), closed(response)]);
  }
  response.end();
}

function closed(response: ServerResponse): Promise<unknown> {
  return new Promise((resolve) => response.once("close", resolve));
}

function upgradeHead(reply: HttpReply): string {
  const lines = [`HTTP/1.1 101 ${reply.reason ?? "Switching Protocols"}`];
  const { rawHeaders = [], headers } = reply;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) lines.push(`${name}: ${one}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
