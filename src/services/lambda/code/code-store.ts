/** Deployment packages: kept as files by their content, unpacked when an environment first needs them. */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openPassingDirectory } from "#compute/process/passing-directory.ts";
import { createMemoryBlobs, openFileBlobs, type BlobStore } from "#store/blobs.ts";
import type { Environment } from "#services/kit/service.ts";
import { limits } from "../limits.ts";
import { codes, codeUses, everywhere, type CodeFacts } from "../records.ts";
import { unzip } from "./unzip.ts";
import type { Transaction } from "#store/store.ts";

type StoreEnvironment = Pick<Environment, "store" | "random" | "dataDir">;

export class CodeStore {
  readonly #env: StoreEnvironment;
  #blobs: BlobStore;
  #workDir: Promise<string> | undefined;
  /** Folders that are there or being made, by name, and the packages that they were made of. */
  readonly #folders = new Map<string, { made: Promise<string>; sha256s: readonly string[] }>();
  /** Folders that are being taken away, by name. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** Packages that a request holds and that no record may name yet. */
  readonly #held = new Map<string, number>();
  #freed: (sha256: string) => void = () => {};

  constructor(env: StoreEnvironment) {
    this.#env = env;
    this.#blobs = createMemoryBlobs(env.random);
  }

  /** Finds what is kept, and sweeps what no version or layer names. */
  async open(): Promise<void> {
    const { dataDir, store, random } = this.#env;
    if (dataDir === undefined) return;
    const directory = join(dataDir, "lambda", "packages");
    this.#blobs = await openFileBlobs({ directory, durability: store.durability, random });
    const kept = await store.transaction(async (tx) => {
      const used: { sha256: string; blobId: string }[] = [];
      for (const { id, record } of await codes.entries(tx, everywhere)) {
        const sha256 = String(id[0]);
        if (await isUsed(tx, sha256)) used.push({ sha256, blobId: record.blobId });
        else codes.delete(tx, everywhere, sha256);
      }
      return used;
    });
    const blobs = new Set(kept.map(({ blobId }) => blobId));
    await this.#blobs.sweep(async (id) => blobs.has(id));
    const folders = new Set(kept.map(({ sha256 }) => folderName([sha256])));
    const all = await this.#allFolders();
    for (const name of await readdir(all))
      if (!folders.has(name)) await rm(join(all, name), { recursive: true, force: true });
  }

  /** Told of packages that a request holds no more and that perhaps nothing names. */
  whenFreed(freed: (sha256: string) => void): void {
    this.#freed = freed;
  }

  /** Keeps a zip file while `use` runs, which may write a record that names it. The same bytes are kept once. */
  async keep<T>(bytes: Uint8Array, use: (code: CodeFacts) => Promise<T>): Promise<T> {
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    try {
      await this.#write(sha256, bytes);
      return await use({ sha256, sizeBytes: bytes.length });
    } finally {
      const left = this.#held.get(sha256)! - 1;
      if (left > 0) this.#held.set(sha256, left);
      else {
        this.#held.delete(sha256);
        this.#freed(sha256);
      }
    }
  }

  async #write(sha256: string, bytes: Uint8Array): Promise<void> {
    const { store } = this.#env;
    const isPresent = await store.transaction((tx) => codes.view(tx, everywhere, sha256));
    if (isPresent) return;
    const { id } = await this.#blobs.write(once(bytes));
    const isNamed = await store.transaction(async (tx) => {
      // Another request may have brought the same meanwhile.
      if (await codes.get(tx, everywhere, sha256)) return false;
      codes.put(tx, everywhere, [sha256], { blobId: id, sizeBytes: bytes.length });
      return true;
    });
    if (!isNamed) await this.#blobs.delete(id);
  }

  /**
   * Deletes a package that nothing names and nobody holds: its record, then its files. Answers false while
   * a folder made of it is used and has to be asked for again.
   */
  async dropUnused(sha256: string, isInUse: (folder: string) => boolean): Promise<boolean> {
    const found = await this.#env.store.transaction(async (tx) => {
      if (this.#held.has(sha256) || (await isUsed(tx, sha256))) return "used";
      const record = await codes.get(tx, everywhere, sha256);
      codes.delete(tx, everywhere, sha256);
      return record;
    });
    if (found === "used") return true;
    if (found) await this.#blobs.delete(found.blobId);
    let isDone = true;
    for (const [name, { made, sha256s }] of this.#folders) {
      if (!sha256s.includes(sha256)) continue;
      // One whose making failed, as for want of the package that is just gone, is nowhere; who asked for it is told.
      const folder = await made.catch(() => undefined);
      if (folder === undefined) continue;
      if (isInUse(folder)) isDone = false;
      else await this.#takeAway(name);
    }
    return isDone;
  }

  /** The zip file's bytes. */
  async read(sha256: string): Promise<Buffer> {
    const bytes = await this.find(sha256);
    if (!bytes) throw new Error(`there is no deployment package ${sha256}`);
    return bytes;
  }

  /** As `read`; undefined where there is none. */
  async find(sha256: string): Promise<Buffer | undefined> {
    const { store } = this.#env;
    const record = await store.transaction((tx) => codes.get(tx, everywhere, sha256));
    if (!record) return undefined;
    const pieces: Uint8Array[] = [];
    for await (const piece of await this.#blobs.read(record.blobId)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** The folder with what is in the package. */
  unpacked(sha256: string): Promise<string> {
    return this.#folder([sha256], async (folder) =>
      unzip(await this.read(sha256), folder, limits.unpackedBytes),
    );
  }

  /** The folder with what all of the packages bring, later ones over earlier ones: /opt. Undefined for none. */
  async merged(sha256s: readonly string[]): Promise<string | undefined> {
    if (sha256s.length === 0) return undefined;
    if (sha256s.length === 1) return this.unpacked(sha256s[0]!);
    return this.#folder(sha256s, async (folder) => {
      for (const sha256 of sha256s)
        await cp(await this.unpacked(sha256), folder, {
          recursive: true,
          force: true,
          verbatimSymlinks: true,
        });
    });
  }

  /** A folder for things that last no longer than this Fogbank; the same for all who ask at once. */
  workDir(): Promise<string> {
    if (this.#workDir) return this.#workDir;
    const making = this.#makeWorkDir();
    this.#workDir = making;
    making.catch(() => (this.#workDir = undefined));
    return making;
  }

  async #makeWorkDir(): Promise<string> {
    const { dataDir } = this.#env;
    if (dataDir === undefined) return openPassingDirectory();
    const folder = join(dataDir, "lambda", "work");
    // What an earlier Fogbank could not take away.
    await rm(join(folder, "environments"), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Waits for folders that are being made, so that nothing comes to be in one that has gone. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#folders.values()].map(({ made }) => made));
    if (this.#workDir !== undefined && this.#env.dataDir === undefined)
      await rm(await this.#workDir, { recursive: true, force: true });
  }

  /** Made aside and moved into place, so that a folder that is there is whole. */
  #folder(sha256s: readonly string[], fill: (folder: string) => Promise<void>): Promise<string> {
    const name = folderName(sha256s);
    const present = this.#folders.get(name);
    if (present) return present.made;
    const making = (async () => {
      await this.#leaving.get(name);
      const all = await this.#allFolders();
      const folder = join(all, name);
      if (await isThere(folder)) return folder;
      const unfinished = await mkdtemp(join(all, ".unfinished-"));
      try {
        await fill(unfinished);
        await rename(unfinished, folder);
      } catch (error) {
        await rm(unfinished, { recursive: true, force: true });
        throw error;
      }
      return folder;
    })();
    this.#folders.set(name, { made: making, sha256s });
    making.catch(() => this.#folders.delete(name));
    return making;
  }

  async #takeAway(name: string): Promise<void> {
    this.#folders.delete(name);
    const leaving = (async () => {
      const all = await this.#allFolders();
      await rm(join(all, name), { recursive: true, force: true });
    })();
    this.#leaving.set(name, leaving);
    try {
      await leaving;
    } finally {
      this.#leaving.delete(name);
    }
  }

  async #allFolders(): Promise<string> {
    const all = join(await this.workDir(), "code");
    await mkdir(all, { recursive: true });
    return all;
  }
}

async function isUsed(tx: Transaction, sha256: string): Promise<boolean> {
  return (await codeUses.entries(tx, everywhere, [sha256], { limit: 1 })).length > 0;
}

const folderName = (sha256s: readonly string[]) =>
  createHash("sha256").update(sha256s.join()).digest("hex").slice(0, 32);

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
