/** Asks this host's own name servers what nobody here knows, and gives back what they say, byte for byte. */
import { createSocket } from "node:dgram";
import { getServers } from "node:dns";
import { connect, isIP, isIPv6 } from "node:net";
import type { Wall } from "#runtime/clock.ts";

/** Wall time, of each server: a machine's own resolver waits five seconds. */
const timeoutMs = 1_500;
const mostServers = 3;
/** Each takes a socket of its own, whose port nobody can guess. */
const mostUnderWay = 1_000;

/** Undefined where no server answers. Over a stream's way answers come whole. */
export type Forward = (packet: Buffer, isStream: boolean) => Promise<Buffer | undefined>;

interface NameServer {
  host: string;
  port: number;
}

/** `given`: "192.0.2.1" or "192.0.2.1:53"; those of this host without them. */
export function createForwarder(wall: Pick<Wall, "after">, given?: readonly string[]): Forward {
  const servers = (given ?? getServers()).slice(0, mostServers).map(serverOf);
  let underWay = 0;
  return async (packet, isStream) => {
    if (underWay >= mostUnderWay) return undefined;
    underWay++;
    try {
      for (const server of servers) {
        const reply = await (isStream ? askOverTcp : askOverUdp)(server, packet, wall);
        if (reply) return reply;
      }
      return undefined;
    } finally {
      underWay--;
    }
  };
}

function serverOf(text: string): NameServer {
  if (isIP(text) > 0) return { host: text, port: 53 };
  const end = text.lastIndexOf(":");
  return { host: text.slice(0, end).replace(/^\[|\]$/g, ""), port: Number(text.slice(end + 1)) };
}

/** Undefined for a server that is not there or says nothing: the next one may. */
function askOverUdp(
  { host, port }: NameServer,
  packet: Buffer,
  wall: Pick<Wall, "after">,
): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  const timer = wall.after(timeoutMs, () => resolve(undefined));
  socket.on("error", () => resolve(undefined));
  socket.on("message", (reply) => belongs(reply, packet) && resolve(reply));
  socket.once("connect", () => socket.send(packet));
  socket.connect(port, host);
  return promise.finally(() => {
    timer.cancel();
    socket.close();
  });
}

function askOverTcp(
  server: NameServer,
  packet: Buffer,
  wall: Pick<Wall, "after">,
): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const socket = connect(server);
  const timer = wall.after(timeoutMs, () => resolve(undefined));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  socket.write(Buffer.concat([length, packet]));
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return;
    const reply = received.subarray(2, 2 + received.readUInt16BE());
    resolve(belongs(reply, packet) ? reply : undefined);
  });
  socket.on("error", () => resolve(undefined));
  socket.on("close", () => resolve(undefined));
  return promise.finally(() => {
    timer.cancel();
    socket.destroy();
  });
}

/** An answer, with the number that the question has. */
function belongs(reply: Buffer, packet: Buffer): boolean {
  return (
    reply.length >= 12 && (reply[2]! & 0x80) !== 0 && reply.readUInt16BE() === packet.readUInt16BE()
  );
}
