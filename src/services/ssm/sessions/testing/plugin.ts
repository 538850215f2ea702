/** A client of data channels for tests: acknowledges, shakes hands, and keeps what it was told. */
import { once } from "node:events";
import { decodeMessage, encodeMessage, payloadType, type Message } from "../message.ts";

export interface Plugin {
  /** What the other side asked for when it shook hands. */
  readonly handshake: Promise<Record<string, unknown>>;
  readonly closed: Promise<string>;
  /** The bytes of all output so far. */
  output(): Buffer;
  flags: number[];
  /** With a sequence number it is sent as that message, again if need be. */
  send(type: number, payload: Uint8Array | string, sequence?: number): void;
  /** Resolves when the output has this text. */
  sees(text: string): Promise<void>;
  drop(): void;
}

export async function openPlugin(
  url: string,
  token: string,
  options: { acknowledges?: boolean; from?: number } = {},
): Promise<Plugin> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await once(socket, "open");
  const { promise: handshake, resolve: greet } = Promise.withResolvers<Record<string, unknown>>();
  const { promise: closed, resolve: close } = Promise.withResolvers<string>();
  let pieces: Buffer[] = [];
  let expected = options.from ?? 0;
  let sequence = 0;
  const flags: number[] = [];
  const listeners = new Set<() => void>();
  const send = (type: string, payloadKind: number, payload: Uint8Array | string, number: number) =>
    socket.send(
      encodeMessage(
        {
          type,
          sequence: number,
          flags: 0,
          id: "01234567-89ab-4def-8123-456789abcdef",
          payloadType: payloadKind,
          payload: Buffer.from(payload as Uint8Array),
        },
        1,
      ),
    );
  const plugin: Plugin = {
    handshake,
    closed,
    flags,
    output: () => Buffer.concat(pieces),
    send: (type, payload, number = sequence++) =>
      send("input_stream_data", type, Buffer.from(payload as Uint8Array), number),
    async sees(text) {
      while (!Buffer.concat(pieces).toString("latin1").includes(text))
        await new Promise<void>((resolve) => listeners.add(resolve));
    },
    drop: () => socket.close(),
  };
  const take = (message: Message) => {
    if (message.type === "channel_closed")
      return close((JSON.parse(message.payload.toString()) as { Output: string }).Output);
    if (message.type !== "output_stream_data") return;
    if (options.acknowledges === false) return;
    const content = {
      AcknowledgedMessageType: message.type,
      AcknowledgedMessageId: message.id,
      AcknowledgedMessageSequenceNumber: message.sequence,
      IsSequentialMessage: true,
    };
    send("acknowledge", 0, JSON.stringify(content), 0);
    if (message.sequence !== expected) return;
    expected += 1;
    if (message.payloadType === payloadType.handshakeRequest) {
      greet(JSON.parse(message.payload.toString()) as Record<string, unknown>);
      plugin.send(payloadType.handshakeResponse, JSON.stringify({ ClientVersion: "1.2.0.0" }));
    } else if (message.payloadType === payloadType.output) pieces = [...pieces, message.payload];
    else if (message.payloadType === payloadType.flag) flags.push(message.payload.readUInt32BE(0));
    for (const listener of listeners) listener();
    listeners.clear();
  };
  socket.addEventListener("message", ({ data }) => {
    const message = decodeMessage(Buffer.from(data as ArrayBuffer));
    if (message) take(message);
  });
  socket.send(JSON.stringify({ MessageSchemaVersion: "1.0", TokenValue: token }));
  return plugin;
}
