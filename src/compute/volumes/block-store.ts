/**
 * Snapshots of files, incremental: a snapshot is the list of its blocks' hashes, and a block is kept
 * once, however many snapshots have it. Blocks without data are not kept at all.
 */
import { subtle } from "node:crypto";
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileName } from "../file-name.ts";
import { blocksOf, dataRanges } from "./data-ranges.ts";

/** As large as EBS's. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html */
const blockBytes = 512 * 1024;
/** Blocks under way at once: hashing and writing go on in other threads. */
const width = 8;

interface Manifest {
  version: 1;
  blockBytes: number;
  /** Of the file that was captured. */
  sizeBytes: number;
  /** A block's number and its hash, ascending. */
  blocks: [number, string][];
}

/** Its steps run one after the other: callers see to it. */
export interface BlockStore {
  has(snapshotId: string): Promise<boolean>;
  /** Whole under its name or not at all. */
  capture(
    file: string,
    snapshotId: string,
    progress?: (part: number) => void,
  ): Promise<{ sizeBytes: number; addedBytes: number }>;
  /** Of the file that was captured. Rejects when there is no such snapshot. */
  sizeBytes(snapshotId: string): Promise<number>;
  /** Writes the snapshot's blocks into a file that is empty but as large. */
  restore(snapshotId: string, file: string): Promise<void>;
  remove(snapshotId: string): Promise<void>;
}

export function createBlockStore(directory: string): BlockStore {
  const manifests = join(directory, "snapshots");
  const blocks = join(directory, "blocks");
  const manifestPath = (snapshotId: string) => join(manifests, `${fileName(snapshotId)}.json`);
  const blockPath = (hash: string) => join(blocks, hash.slice(0, 2), hash.slice(2));

  const readManifest = async (path: string): Promise<Manifest | undefined> => {
    const text = await unlessMissing(readFile(path, "utf8"));
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  };

  const known = async (snapshotId: string): Promise<Manifest> => {
    const manifest = await readManifest(manifestPath(snapshotId));
    if (!manifest) throw new Error(`there is no snapshot ${snapshotId}`);
    return manifest;
  };

  const keep = async (number: number, hash: string, bytes: Uint8Array): Promise<boolean> => {
    const path = blockPath(hash);
    if (await unlessMissing(stat(path))) return false;
    await mkdir(dirname(path), { recursive: true });
    // Two blocks of one snapshot may be alike and be written at the same moment.
    const beside = `${path}.${number}.new`;
    await writeFile(beside, bytes);
    await rename(beside, path);
    return true;
  };

  return {
    has: async (snapshotId) => (await unlessMissing(stat(manifestPath(snapshotId)))) !== undefined,

    async capture(file, snapshotId, progress) {
      await mkdir(manifests, { recursive: true });
      const { size } = await stat(file);
      const handle = await open(file, "r");
      const found = new Map<number, string>();
      let addedBytes = 0;
      let done = 0;
      try {
        const numbers = blocksOf(await dataRanges(file), blockBytes);
        await inParallel(numbers, async (number) => {
          const bytes = await readBlock(handle, number);
          progress?.(done++ / numbers.length);
          if (bytes.length === 0 || isZero(bytes)) return;
          const hash = Buffer.from(await subtle.digest("SHA-256", bytes)).toString("hex");
          if (await keep(number, hash, bytes)) addedBytes += bytes.length;
          found.set(number, hash);
        });
      } finally {
        await handle.close();
      }
      const manifest: Manifest = {
        version: 1,
        blockBytes,
        sizeBytes: size,
        blocks: [...found].sort(([a], [b]) => a - b),
      };
      const path = manifestPath(snapshotId);
      await writeFile(`${path}.new`, JSON.stringify(manifest));
      await rename(`${path}.new`, path);
      return { sizeBytes: found.size * blockBytes, addedBytes };
    },

    sizeBytes: async (snapshotId) => (await known(snapshotId)).sizeBytes,

    async restore(snapshotId, file) {
      const manifest = await known(snapshotId);
      const handle = await open(file, "r+");
      try {
        await inParallel(manifest.blocks, async ([number, hash]) => {
          await handle.writev([await readFile(blockPath(hash))], number * manifest.blockBytes);
        });
      } finally {
        await handle.close();
      }
    },

    async remove(snapshotId) {
      const path = manifestPath(snapshotId);
      await rm(path, { force: true });
      const needed = new Set<string>();
      for (const name of await namesIn(manifests)) {
        const other = name.endsWith(".json")
          ? await readManifest(join(manifests, name))
          : undefined;
        for (const [, hash] of other?.blocks ?? []) needed.add(hash);
      }
      // All blocks are looked at, so that those of a capture or a removal that was cut short go, too.
      for (const prefix of await namesIn(blocks))
        for (const rest of await namesIn(join(blocks, prefix)))
          if (!needed.has(prefix + rest)) await rm(join(blocks, prefix, rest), { force: true });
    },
  };
}

async function readBlock(handle: FileHandle, number: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(blockBytes));
  let length = 0;
  while (length < blockBytes) {
    const { bytesRead } = await handle.read(
      bytes,
      length,
      blockBytes - length,
      number * blockBytes + length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function isZero(bytes: Buffer): boolean {
  // Compared with itself, shifted by one: equal only when all bytes are the first one.
  return bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

async function namesIn(directory: string): Promise<string[]> {
  return (await unlessMissing(readdir(directory))) ?? [];
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
