/**
 * Reading a socket into a buffer of its own that is used again for every piece: fresh memory for each
 * would be cold, and the collector's work.
 */
import { Socket, type OnReadOpts } from "node:net";

const bufferBytes = 64 * 1024;
/** A whole piece is not reason enough to ask for `drain`: that would cost a turn each time. */
export const writableHighWaterMark = 2 * bufferBytes;
/** So many are kept for the next connections. */
const mostSpare = 64;

/** Takes a piece, which is its own until it says so; false stops the reading until `resume`. */
export type PieceHandler = (piece: Uint8Array) => boolean;

export class BufferPool {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  }

  /** Only what no write is using any more. */
  give(buffer: Buffer): void {
    if (this.#spare.length < mostSpare) this.#spare.push(buffer);
  }
}

/** Where the pieces of one socket go; the socket is made with `options`. */
export class PieceReader {
  /** Set before the first piece can come. */
  handler: PieceHandler = () => false;
  readonly buffer: Buffer;
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.buffer = pool.take();
  }

  get options(): OnReadOpts {
    return {
      buffer: this.buffer,
      callback: (size, buffer) =>
        this.handler(size === buffer.length ? buffer : buffer.subarray(0, size)),
    };
  }

  /** When its socket is closed and nothing of it waits to be written. */
  release(): void {
    this.#pool.give(this.buffer);
  }
}

interface Accepted extends Socket {
  _handle?: object | null;
}

/**
 * The same connection as a socket that reads into the reader's buffer: servers cannot be asked for
 * such. The accepted socket, which nobody may have read, is given up. Undefined where that cannot be.
 */
export function withReader(accepted: Accepted, reader: PieceReader): Socket | undefined {
  const { _handle: handle } = accepted;
  if (!handle) return undefined;
  accepted._handle = null;
  const open = { readable: true, writable: true, allowHalfOpen: true };
  const options = { ...open, handle, writableHighWaterMark };
  const socket = new Socket({ ...options, onread: reader.options } as ConstructorParameters<
    typeof Socket
  >[0]);
  // Without its handle it only leaves its server's count.
  accepted.destroy();
  return socket;
}
