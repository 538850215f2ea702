/** HTTP/1.1 on sockets: framing of our own, because node:http costs twice the time per request. */
import { createServer, type AddressInfo, type Socket } from "node:net";
import {
  createServer as createSecureServer,
  type Server as SecureServer,
  type TLSSocket,
} from "node:tls";
import { once } from "node:events";
import { dateOf } from "#runtime/date.ts";
import {
  defaultLimits,
  type ClientPlace,
  type HttpReply,
  type HttpServer,
  type ServeOptions,
} from "./http.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { Outbox } from "./outbox.ts";
import { ServerConnection } from "./server-connection.ts";
import { withAuthorities } from "./trusted-authorities.ts";
import { Sweeper } from "./sweeper.ts";

/** Listens. Rejects when the address cannot be bound. */
export async function serve(options: ServeOptions): Promise<HttpServer> {
  const { handler, wall } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const shortestMs = Math.min(limits.headTimeoutMs, limits.idleTimeoutMs, limits.stallTimeoutMs);
  const sweeper = new Sweeper(wall, Math.min(1000, Math.max(10, shortestMs / 4)), (timeMs) =>
    dateOf(timeMs).toUTCString(),
  );
  const connections = new Set<ServerConnection>();
  const upgraded = new Set<Socket>();
  const watchUpgraded = (socket: Socket, remotePort: number) => {
    upgraded.add(socket);
    socket.once("close", () => {
      upgraded.delete(socket);
      options.onConnection?.("closed", remotePort);
    });
  };
  let allClosed: (() => void) | undefined;
  const connectionOptions: ConnectionOptions = {
    handler,
    limits,
    sweeper,
    outbox: new Outbox(),
    onError: options.onError ?? (() => {}),
    refuse: options.refuse ?? plainRefusal,
    closed(connection, socket) {
      connections.delete(connection);
      const { remotePort } = connection;
      if (socket) watchUpgraded(socket, remotePort);
      else options.onConnection?.("closed", remotePort);
      sweeper.delete(connection);
      if (connections.size === 0) allClosed?.();
    },
  };
  const accept = (socket: Socket) => {
    const connection = new ServerConnection(socket, connectionOptions);
    connections.add(connection);
    sweeper.add(connection);
    options.onConnection?.("opened", connection.remotePort, socket.remoteAddress);
  };
  const handshakes = new Map<number, Socket>();
  const secure = options.secure ? secureServer(options.secure, accept, handshakes) : undefined;
  const admitted = secure ? (socket: Socket) => void secure.emit("connection", socket) : accept;
  const { admit } = options;
  const server = createServer(
    { allowHalfOpen: !secure, noDelay: true },
    admit ? (socket) => void (admit(socket) && admitted(socket)) : admitted,
  );
  server.listen({ port: options.port, host: options.host, backlog: 4096 });
  await once(server, "listening");
  // Errors of single accepts (such as too many open files) end nothing else.
  server.on("error", connectionOptions.onError);
  const { port } = server.address() as AddressInfo;
  return {
    host: options.host,
    port,
    ...(secure && {
      setSecureContext: (context) =>
        withAuthorities(context.quietAuthorities, () => secure.setSecureContext(context)),
    }),
    async close(graceMs = 5000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const ended = new Promise<void>((resolve) => {
        allClosed = resolve;
      });
      for (const connection of connections) connection.finish();
      for (const socket of handshakes.values()) socket.destroy();
      const timer = wall.after(graceMs, () => {
        for (const connection of connections) connection.destroy();
      });
      if (connections.size > 0) await ended;
      timer.cancel();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

/**
 * Does not listen: connections that were admitted are handed to it. `handshakes` holds those, by the client's port,
 * that are not TLS yet.
 */
function secureServer(
  { options, take, onHandshakeError, onAccept }: NonNullable<ServeOptions["secure"]>,
  accept: (socket: Socket) => void,
  handshakes: Map<number, Socket>,
): SecureServer {
  const secured = (socket: TLSSocket) => {
    handshakes.delete(socket.remotePort ?? 0);
    if (!take(socket)) accept(socket);
  };
  const server = withAuthorities(options.quietAuthorities, () =>
    createSecureServer(options, secured),
  );
  server.on("connection", (socket) => {
    const { remotePort = 0 } = socket;
    handshakes.set(remotePort, socket);
    socket.once("close", () => {
      if (handshakes.get(remotePort) === socket) handshakes.delete(remotePort);
    });
  });
  server.on("tlsClientError", (error, socket) => {
    onHandshakeError(error, socket, placeOf(socket));
    socket.destroy();
  });
  if (onAccept) server.on("connection", (socket) => onAccept(socket.remotePort ?? 0));
  return server;
}

/** What is below TLS remembers where it came from when it has closed: it was asked before. */
function placeOf(socket: TLSSocket & { _parent?: Socket }): ClientPlace {
  const { remoteAddress = "", remotePort = 0 } = socket._parent ?? socket;
  return { address: remoteAddress, port: remotePort };
}

function plainRefusal(status: number, detail: string): HttpReply {
  return {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    body: `${detail}\n`,
  };
}
