/** Deployment packages: kept as files by their content, unpacked when an environment first needs them. */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBlobs, openFileBlobs, type BlobStore } from "#store/blobs.ts";
import type { Environment } from "#services/kit/service.ts";
import { limits } from "../limits.ts";
import { codes, everywhere, type CodeFacts } from "../records.ts";
import { unzip } from "./unzip.ts";

type StoreEnvironment = Pick<Environment, "store" | "random" | "dataDir">;

export class CodeStore {
  readonly #env: StoreEnvironment;
  #blobs: BlobStore;
  #workDir: string | undefined;
  /** Folders that are there or being made, by name. */
  readonly #folders = new Map<string, Promise<string>>();

  constructor(env: StoreEnvironment) {
    this.#env = env;
    this.#blobs = createMemoryBlobs(env.random);
  }

  /** Finds what is kept, and sweeps what no record names. */
  async open(): Promise<void> {
    const { dataDir, store, random } = this.#env;
    if (dataDir === undefined) return;
    const directory = join(dataDir, "lambda", "packages");
    this.#blobs = await openFileBlobs({ directory, durability: store.durability, random });
    const named = await store.transaction(async (tx) =>
      (await codes.list(tx, everywhere)).map(({ blobId }) => blobId),
    );
    const names = new Set(named);
    await this.#blobs.sweep(async (id) => names.has(id));
  }

  /** Keeps a zip file; when it resolves, a record may name it. The same bytes are kept once. */
  async keep(bytes: Uint8Array): Promise<CodeFacts> {
    const { store } = this.#env;
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    const facts = { sha256, sizeBytes: bytes.length };
    const present = await store.transaction((tx) => codes.get(tx, everywhere, sha256));
    if (present) return facts;
    const { id } = await this.#blobs.write(once(bytes));
    await store.transaction(async (tx) => {
      codes.put(tx, everywhere, [sha256], { blobId: id, sizeBytes: bytes.length });
    });
    return facts;
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
    const name = createHash("sha256").update(sha256).digest("hex").slice(0, 32);
    return this.#folder(name, async (folder) =>
      unzip(await this.read(sha256), folder, limits.unpackedBytes),
    );
  }

  /** The folder with what all of the packages bring, later ones over earlier ones: /opt. Undefined for none. */
  async merged(sha256s: readonly string[]): Promise<string | undefined> {
    if (sha256s.length === 0) return undefined;
    if (sha256s.length === 1) return this.unpacked(sha256s[0]!);
    const name = createHash("sha256").update(sha256s.join()).digest("hex").slice(0, 32);
    return this.#folder(name, async (folder) => {
      for (const sha256 of sha256s)
        await cp(await this.unpacked(sha256), folder, {
          recursive: true,
          force: true,
          verbatimSymlinks: true,
        });
    });
  }

  /** A folder for things that last no longer than this Fogbank. */
  async workDir(): Promise<string> {
    const { dataDir } = this.#env;
    if (this.#workDir === undefined) {
      this.#workDir =
        dataDir === undefined
          ? await mkdtemp(join(tmpdir(), "fogbank-lambda-"))
          : join(dataDir, "lambda", "work");
      // What an earlier Fogbank could not take away.
      await rm(join(this.#workDir, "environments"), { recursive: true, force: true });
      await mkdir(this.#workDir, { recursive: true });
    }
    return this.#workDir;
  }

  async close(): Promise<void> {
    if (this.#workDir !== undefined && this.#env.dataDir === undefined)
      await rm(this.#workDir, { recursive: true, force: true });
  }

  /** Made aside and moved into place, so that a folder that is there is whole. */
  #folder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
    const present = this.#folders.get(name);
    if (present) return present;
    const making = (async () => {
      const all = join(await this.workDir(), "code");
      const folder = join(all, name);
      if (await isThere(folder)) return folder;
      await mkdir(all, { recursive: true });
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
    this.#folders.set(name, making);
    making.catch(() => this.#folders.delete(name));
    return making;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
