/** An HTTP/2 server of frames, which says whatever a test likes. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";

export interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

export const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 };
export const endStream = 1;
const acknowledgement = 1;
const endHeaders = 4;
const prefaceBytes = 24;

function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function goaway(lastStream: number, code: number): Buffer {
  return frame(frameTypes.goaway, 0, 0, numbers(lastStream, code));
}

export function reset(stream: number, code: number): Buffer {
  return frame(frameTypes.reset, 0, stream, numbers(code));
}

export function head(stream: number, flags = 0, status = "200"): Buffer {
  // The eighth name of HPACK's static table, with a value of its own.
  const field = [Buffer.from([0x08, status.length]), Buffer.from(status)];
  return frame(frameTypes.headers, endHeaders | flags, stream, Buffer.concat(field));
}

export function data(stream: number, text: string, flags = 0): Buffer {
  return frame(frameTypes.data, flags, stream, Buffer.from(text));
}

export function answer(stream: number, text: string): Buffer {
  return Buffer.concat([head(stream), data(stream, text, endStream)]);
}

/** SETTINGS_MAX_CONCURRENT_STREAMS. */
export function mostStreams(count: number): Buffer {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(3, 0);
  payload.writeUInt32BE(count, 2);
  return payload;
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** `onFrame` is told of frames of streams, and of the number of the connection that they came over, from 1 on. */
export async function startRawHttp2(
  context: TestContext,
  onFrame: (frame: Frame, socket: Socket, connection: number) => void,
  settings: Uint8Array = Buffer.alloc(0),
) {
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = sockets.push(socket);
    let bytes: Buffer = Buffer.alloc(0);
    let skip = prefaceBytes;
    socket.on("error", () => {});
    socket.write(frame(frameTypes.settings, 0, 0, settings));
    socket.on("data", (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece]);
      for (;;) {
        if (bytes.length < skip + 9) return;
        const end = skip + 9 + bytes.readUIntBE(skip, 3);
        if (bytes.length < end) return;
        const [type, flags] = [bytes[skip + 3]!, bytes[skip + 4]!];
        const stream = bytes.readUInt32BE(skip + 5);
        const payload = bytes.subarray(skip + 9, end);
        bytes = bytes.subarray(end);
        skip = 0;
        if (stream > 0) onFrame({ type, flags, stream, payload }, socket, connection);
        else if (type === frameTypes.settings && flags === 0)
          socket.write(frame(type, acknowledgement, 0));
        else if (type === frameTypes.ping && flags === 0)
          socket.write(frame(type, acknowledgement, 0, payload));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port, sockets };
}
