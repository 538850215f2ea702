/** The DNS server's sockets: one address over UDP and TCP. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import type { AnswerPacket } from "./answer.ts";
import type { ListenConfig } from "./config.ts";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A connection that asks nothing for so long is ended; wall time. */
const idleTimeoutMs = 10_000;
/** A free port of one protocol may be taken in the other. */
const mostAttempts = 10;

/** Rejects when the address is taken in either protocol. */
export async function listen(
  config: ListenConfig,
  answer: AnswerPacket,
  onError: (error: unknown) => void,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const udp = await openUdp(config, answer, onError);
    const { port } = udp.address();
    try {
      const { server, sockets } = await openTcp({ ...config, port }, answer, onError);
      return {
        port,
        async close() {
          const closed = [closing(udp), closing(server)];
          for (const socket of sockets) socket.destroy();
          await Promise.all(closed);
        },
      };
    } catch (error) {
      await closing(udp);
      if (config.port !== 0 || attempt === mostAttempts) throw error;
    }
  }
}

async function openUdp(
  { host, port, vpcId, zone }: ListenConfig,
  answer: AnswerPacket,
  onError: (error: unknown) => void,
): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.bind({ address: host, port, exclusive: true });
  await once(socket, "listening");
  let isClosed = false;
  socket.on("close", () => (isClosed = true));
  socket.on("error", onError);
  socket.on("message", (packet, { address, port: from }) => {
    const send = (reply: Buffer | undefined) => {
      // A reply that cannot be sent is lost, as any datagram may be; nobody gets one from a socket that is closed.
      if (reply && !isClosed) socket.send(reply, from, address, (error) => error && onError(error));
    };
    answered(() => answer(packet, { address, vpcId, zone, isStream: false }), send, onError);
  });
  return socket;
}

async function openTcp(
  { host, port, vpcId, zone }: ListenConfig,
  answer: AnswerPacket,
  onError: (error: unknown) => void,
): Promise<{ server: Server; sockets: Set<TcpSocket> }> {
  const sockets = new Set<TcpSocket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const address = socket.remoteAddress ?? "";
    serveStream(socket, (packet, send) =>
      answered(() => answer(packet, { address, vpcId, zone, isStream: true }), send, onError),
    );
  });
  server.listen({ host, port });
  await once(server, "listening");
  server.on("error", onError);
  return { server, sockets };
}

type Answer = (packet: Buffer, send: (reply: Buffer | undefined) => void) => void;

/** Each message is preceded by its length in two bytes (RFC 1035, 4.2.2). */
function serveStream(socket: TcpSocket, answer: Answer): void {
  let pending: Buffer = Buffer.alloc(0);
  let isFull = false;
  // A connection idles in wall time: the timer is the socket's own.
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  // The peer may go away whenever it likes.
  socket.on("error", () => socket.destroy());
  const send = (reply: Buffer | undefined) => {
    if (!reply) return void socket.destroy();
    const length = Buffer.alloc(2);
    length.writeUInt16BE(reply.length);
    if (socket.destroyed || socket.write(Buffer.concat([length, reply])) || isFull) return;
    // Who does not read its answers gets no more of them.
    isFull = true;
    socket.pause();
    socket.once("drain", () => {
      isFull = false;
      socket.resume();
      answerPending();
    });
  };
  const answerPending = () => {
    for (;;) {
      if (isFull || socket.destroyed || pending.length < 2) return;
      const end = 2 + pending.readUInt16BE();
      if (pending.length < end) return;
      const packet = pending.subarray(2, end);
      pending = pending.subarray(end);
      answer(packet, send);
    }
  };
  socket.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    answerPending();
  });
}

/** A packet that breaks the server costs its own answer only. */
function answered(
  run: () => ReturnType<AnswerPacket>,
  send: (reply: Buffer | undefined) => void,
  onError: (error: unknown) => void,
): void {
  const failed = (error: unknown) => {
    onError(error);
    send(undefined);
  };
  try {
    const reply = run();
    if (reply instanceof Promise) reply.then(send).catch(failed);
    else send(reply);
  } catch (error) {
    failed(error);
  }
}

function closing(socket: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void socket.close(() => resolve()));
}
