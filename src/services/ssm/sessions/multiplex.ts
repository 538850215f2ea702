/**
 * Several TCP connections in one stream of bytes, framed as the plugin's library smux does in its
 * version 1: version, command, length and stream number (little-endian), then data. The server's side.
 * https://github.com/xtaci/smux#specification
 */

const command = { open: 0, end: 1, data: 2, nothing: 3 } as const;
const headerBytes = 8;
const version = 1;
/** Of data in one frame. */
const longestFrameBytes = 16 * 1024;

export interface MultiplexListener {
  opened(stream: number): void;
  data(stream: number, bytes: Buffer): void;
  ended(stream: number): void;
}

/** Reads frames that come in pieces. */
export class FrameReader {
  readonly #listener: MultiplexListener;
  #rest: Buffer = Buffer.alloc(0);

  constructor(listener: MultiplexListener) {
    this.#listener = listener;
  }

  /** Throws for bytes that are no frame. */
  read(piece: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= headerBytes) {
      const length = this.#rest.readUInt16LE(2);
      if (this.#rest.length < headerBytes + length) return;
      if (this.#rest[0] !== version)
        throw new Error(`frames of version ${this.#rest[0]} are not understood`);
      const stream = this.#rest.readUInt32LE(4);
      const kind = this.#rest[1];
      const data = this.#rest.subarray(headerBytes, headerBytes + length);
      this.#rest = this.#rest.subarray(headerBytes + length);
      if (kind === command.open) this.#listener.opened(stream);
      else if (kind === command.end) this.#listener.ended(stream);
      else if (kind === command.data) this.#listener.data(stream, data);
    }
  }
}

export function dataFrames(stream: number, bytes: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += longestFrameBytes)
    frames.push(frame(command.data, stream, bytes.subarray(at, at + longestFrameBytes)));
  return frames;
}

export function endFrame(stream: number): Buffer {
  return frame(command.end, stream, Buffer.alloc(0));
}

function frame(kind: number, stream: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header[0] = version;
  header[1] = kind;
  header.writeUInt16LE(data.length, 2);
  header.writeUInt32LE(stream, 4);
  return Buffer.concat([header, data]);
}
