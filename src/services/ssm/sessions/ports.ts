/** Carries bytes between a data channel and a port of a machine. */
import { connect, type Socket } from "node:net";
import type { Reach } from "#compute/driver.ts";
import { flag, payloadType } from "./message.ts";
import { dataFrames, endFrame, FrameReader } from "./multiplex.ts";

export interface PortChannel {
  /** False when the sender should wait. */
  send(type: number, payload: Uint8Array): boolean;
  /** The session is over. */
  end(output: string): void;
}

export interface PortForwarding {
  data(payload: Buffer): void;
  /** The client's own connection is gone, and may come anew. */
  disconnect(): void;
  ready(): void;
  end(): void;
}

const open = (reach: Reach): Socket =>
  "path" in reach ? connect(reach.path) : connect(reach.port, reach.host);

const failed = Buffer.from([0, 0, 0, flag.connectToPortError]);

/** One connection for each that the client opens. */
export function forwardMany(
  reach: () => Promise<Reach | undefined>,
  channel: PortChannel,
): PortForwarding {
  const sockets = new Map<number, Socket | "opening">();
  /** What came for a stream whose connection is not there yet. */
  const early = new Map<number, Buffer[]>();
  const fail = (stream: number) => {
    sockets.delete(stream);
    channel.send(payloadType.flag, failed);
    channel.send(payloadType.output, endFrame(stream));
  };
  const opened = async (stream: number) => {
    sockets.set(stream, "opening");
    const found = await reach();
    if (!sockets.has(stream)) return;
    if (!found) return fail(stream);
    const socket = open(found);
    sockets.set(stream, socket);
    for (const bytes of early.get(stream) ?? []) socket.write(bytes);
    early.delete(stream);
    let refused = false;
    socket.once("error", () => {
      refused = socket.connecting || socket.bytesRead === 0;
      if (refused) fail(stream);
    });
    socket.on("data", (bytes: Buffer) => {
      for (const frame of dataFrames(stream, bytes))
        if (!channel.send(payloadType.output, frame)) socket.pause();
    });
    socket.once("close", () => {
      if (sockets.get(stream) === socket) {
        sockets.delete(stream);
        if (!refused) channel.send(payloadType.output, endFrame(stream));
      }
    });
  };
  const reader = new FrameReader({
    opened: (stream) => void opened(stream).catch(() => fail(stream)),
    data(stream, bytes) {
      const socket = sockets.get(stream);
      if (socket === "opening") early.set(stream, [...(early.get(stream) ?? []), bytes]);
      else socket?.write(bytes);
    },
    ended(stream) {
      const socket = sockets.get(stream);
      early.delete(stream);
      if (socket === "opening") sockets.delete(stream);
      else socket?.end();
    },
  });
  const each = (visit: (socket: Socket) => void) => {
    for (const socket of sockets.values()) if (socket !== "opening") visit(socket);
  };
  return {
    data: (payload) => reader.read(payload),
    disconnect: () => {},
    ready: () => each((socket) => socket.resume()),
    end: () => each((socket) => socket.destroy()),
  };
}

/** The one connection that is the session, as SSH has it. */
export function forwardOne(
  reach: () => Promise<Reach | undefined>,
  channel: PortChannel,
): PortForwarding {
  let socket: Socket | undefined;
  const waiting: Buffer[] = [];
  let over = false;
  const failure = "Connection to destination port failed, check SSM Agent logs.";
  const start = async () => {
    const found = await reach();
    if (over) return;
    if (!found) return channel.end(failure);
    const opened = open(found);
    socket = opened;
    for (const bytes of waiting.splice(0)) opened.write(bytes);
    let problem = "";
    opened.once("error", () => {
      if (opened.bytesRead === 0) problem = failure;
    });
    opened.on("data", (bytes: Buffer) => {
      if (!channel.send(payloadType.output, bytes)) opened.pause();
    });
    opened.once("close", () => {
      if (!over && socket === opened) channel.end(problem);
    });
  };
  const begin = () => void start().catch(() => channel.end(failure));
  begin();
  return {
    data(payload) {
      if (socket) socket.write(payload);
      else waiting.push(payload);
    },
    disconnect() {
      const old = socket;
      socket = undefined;
      old?.destroy();
      begin();
    },
    ready: () => void socket?.resume(),
    end() {
      over = true;
      socket?.destroy();
    },
  };
}
