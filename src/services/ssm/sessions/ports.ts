/** Carries bytes between a data channel and ports. */
import type { Duplex } from "node:stream";
import { flag, payloadType } from "./message.ts";
import { dataFrames, endFrame, FrameReader } from "./multiplex.ts";
import type { PortOpener } from "./open-port.ts";

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

const failed = Buffer.from([0, 0, 0, flag.connectToPortError]);

/** One connection for each that the client opens. */
export function forwardMany(open: PortOpener, channel: PortChannel): PortForwarding {
  const streams = new Map<number, Duplex | "opening">();
  /** What came for a stream whose connection is not there yet. */
  const early = new Map<number, Buffer[]>();
  const opened = async (id: number) => {
    streams.set(id, "opening");
    const stream = await open();
    if (!streams.has(id)) return void stream.destroy();
    streams.set(id, stream);
    for (const bytes of early.get(id) ?? []) stream.write(bytes);
    early.delete(id);
    stream.on("data", (bytes: Buffer) => {
      for (const frame of dataFrames(id, bytes))
        if (!channel.send(payloadType.output, frame)) stream.pause();
    });
    // An error ends it like any other end.
    stream.on("error", () => stream.destroy());
    stream.once("close", () => {
      if (streams.get(id) !== stream) return;
      streams.delete(id);
      channel.send(payloadType.output, endFrame(id));
    });
  };
  const refused = (id: number) => {
    streams.delete(id);
    early.delete(id);
    channel.send(payloadType.flag, failed);
    channel.send(payloadType.output, endFrame(id));
  };
  const reader = new FrameReader({
    opened: (id) => void opened(id).catch(() => refused(id)),
    data(id, bytes) {
      const stream = streams.get(id);
      if (stream === "opening") early.set(id, [...(early.get(id) ?? []), bytes]);
      else stream?.write(bytes);
    },
    ended(id) {
      const stream = streams.get(id);
      early.delete(id);
      if (stream === "opening") streams.delete(id);
      else stream?.end();
    },
  });
  const each = (visit: (stream: Duplex) => void) => {
    for (const stream of streams.values()) if (stream !== "opening") visit(stream);
  };
  return {
    data: (payload) => reader.read(payload),
    disconnect: () => {},
    ready: () => each((stream) => stream.resume()),
    end: () => each((stream) => stream.destroy()),
  };
}

/** The one connection that is the session, as SSH has it. */
export function forwardOne(open: PortOpener, channel: PortChannel): PortForwarding {
  let stream: Duplex | undefined;
  const waiting: Buffer[] = [];
  let over = false;
  const start = async () => {
    const opened = await open();
    if (over) return void opened.destroy();
    stream = opened;
    for (const bytes of waiting.splice(0)) opened.write(bytes);
    opened.on("data", (bytes: Buffer) => {
      if (!channel.send(payloadType.output, bytes)) opened.pause();
    });
    // An error ends it like any other end.
    opened.on("error", () => opened.destroy());
    opened.once("close", () => {
      if (!over && stream === opened) channel.end("");
    });
  };
  const begin = () =>
    void start().catch(() =>
      channel.end("Connection to destination port failed, check SSM Agent logs."),
    );
  begin();
  return {
    data(payload) {
      if (stream) stream.write(payload);
      else waiting.push(payload);
    },
    disconnect() {
      const old = stream;
      stream = undefined;
      old?.destroy();
      begin();
    },
    ready: () => void stream?.resume(),
    end() {
      over = true;
      stream?.destroy();
    },
  };
}
