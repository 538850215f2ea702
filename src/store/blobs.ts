/**
 * Large bodies as files beside the store. A blob is whole before its id is known: write it, then
 * commit the record that names it. What no record names is swept away at the next start.
 */
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "#runtime/random.ts";
import type { Durability } from "./store.ts";

export interface Blob {
  id: string;
  sizeBytes: number;
}

/** The first byte and the one behind the last. */
export interface BlobRange {
  start: number;
  end: number;
}

export interface BlobStore {
  /**
   * Keeps the bytes; when it resolves they are as durable as the store's records. When the stream
   * throws, nothing is kept and the error is passed on.
   */
  write(body: AsyncIterable<Uint8Array>): Promise<Blob>;
  /**
   * The bytes, in pieces of 64 KiB and more. The file is opened now, so a later delete does no harm;
   * iterate the stream, or end its iterator, so that it is closed. Throws BlobNotFoundError.
   */
  read(id: string, range?: BlobRange): Promise<AsyncIterable<Uint8Array>>;
  /** No error when it is gone already. */
  delete(id: string): Promise<void>;
  /** Deletes every blob that is not named; for the start, before anything is written. Gives their number. */
  sweep(isNamed: (id: string) => Promise<boolean>): Promise<number>;
}

export class BlobNotFoundError extends Error {
  override name = "BlobNotFoundError";
}

const pieceBytes = 256 * 1024;
/** Small pieces are gathered to so much before they are written. */
const gatherBytes = 256 * 1024;

export interface FileBlobOptions {
  /** Made when it is not there. */
  directory: string;
  durability: Durability | "none";
  random: Random;
}

export async function openFileBlobs(options: FileBlobOptions): Promise<BlobStore> {
  const { directory, random } = options;
  const synced = options.durability === "fsync";
  await mkdir(directory, { recursive: true });
  const pathOf = (id: string) => {
    if (!/^[0-9a-f]{32}$/.test(id)) throw new RangeError(`"${id}" is no blob`);
    return join(directory, id.slice(0, 2), id);
  };
  const syncDirectory = async (path: string) => {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  return {
    async write(body) {
      const id = random.hex(32);
      const path = pathOf(id);
      const folder = join(path, "..");
      const unfinished = `${path}.part`;
      if (await mkdir(folder, { recursive: true })) {
        if (synced) await syncDirectory(directory);
      }
      const file = await open(unfinished, "wx");
      try {
        let sizeBytes = 0;
        // One group is written while the next one comes in.
        let writing = Promise.resolve();
        for await (const { pieces, size } of gather(body)) {
          await writing;
          writing = writeAll(file, pieces, size, sizeBytes);
          // It is awaited above or below; until then a failure must not count as unhandled.
          writing.catch(() => {});
          sizeBytes += size;
        }
        await writing;
        if (synced) await file.datasync();
        await file.close();
        await rename(unfinished, path);
        if (synced) await syncDirectory(folder);
        return { id, sizeBytes };
      } catch (error) {
        // What failed first is what is told.
        await file.close().catch(() => {});
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    async read(id, range) {
      const file = await openBlob(pathOf(id), id);
      return readFile(file, range ?? { start: 0, end: Number.POSITIVE_INFINITY });
    },
    delete: (id) => rm(pathOf(id), { force: true }),
    async sweep(isNamed) {
      let swept = 0;
      for (const folder of await readdir(directory)) {
        for (const name of await readdir(join(directory, folder))) {
          if (/^[0-9a-f]{32}$/.test(name) && (await isNamed(name))) continue;
          await rm(join(directory, folder, name), { force: true });
          swept++;
        }
      }
      return swept;
    },
  };
}

/** Pieces in groups worth one system call. */
async function* gather(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ pieces: Uint8Array[]; size: number }> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    if (piece.length === 0) continue;
    pieces.push(piece);
    size += piece.length;
    if (size < gatherBytes) continue;
    yield { pieces, size };
    pieces = [];
    size = 0;
  }
  if (pieces.length > 0) yield { pieces, size };
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function writeAll(
  file: FileHandle,
  pieces: Uint8Array[],
  size: number,
  offset: number,
): Promise<void> {
  const { bytesWritten } = await file.writev(pieces, offset);
  if (bytesWritten === size) return;
  const rest = Buffer.concat(pieces);
  for (let at = bytesWritten; at < size;)
    at += (await file.write(rest, at, size - at, offset + at)).bytesWritten;
}

async function openBlob(path: string, id: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new BlobNotFoundError(`there is no blob ${id}`, { cause });
  }
}

/** Reads one piece ahead of its reader at most: the next is asked for when the last was taken. */
function readFile(file: FileHandle, { start, end }: BlobRange): AsyncIterableIterator<Uint8Array> {
  let at = start;
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= file.close());
  const ended = { done: true as const, value: undefined };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (closed || at >= end) {
        await close();
        return ended;
      }
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, end - at));
      try {
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) {
          await close();
          if (end !== Number.POSITIVE_INFINITY) throw new RangeError(`the blob ends at byte ${at}`);
          return ended;
        }
        at += bytesRead;
        return { done: false, value: piece.subarray(0, bytesRead) };
      } catch (error) {
        await close();
        throw error;
      }
    },
    async return() {
      await close();
      return ended;
    },
  };
}

/** Blobs of a store that keeps nothing. */
export function createMemoryBlobs(random: Random): BlobStore {
  const blobs = new Map<string, Uint8Array[]>();
  return {
    async write(body) {
      const pieces: Uint8Array[] = [];
      let sizeBytes = 0;
      for await (const piece of body) {
        pieces.push(piece);
        sizeBytes += piece.length;
      }
      const id = random.hex(32);
      blobs.set(id, pieces);
      return { id, sizeBytes };
    },
    async read(id, { start, end } = { start: 0, end: Number.POSITIVE_INFINITY }) {
      const pieces = blobs.get(id);
      if (!pieces) throw new BlobNotFoundError(`there is no blob ${id}`);
      return slicePieces(pieces, start, end);
    },
    async delete(id) {
      blobs.delete(id);
    },
    async sweep(isNamed) {
      const before = blobs.size;
      for (const id of blobs.keys()) if (!(await isNamed(id))) blobs.delete(id);
      return before - blobs.size;
    },
  };
}

async function* slicePieces(
  pieces: readonly Uint8Array[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    at += piece.length;
    if (from < to) yield piece.subarray(from, to);
    if (at >= end) return;
  }
}
