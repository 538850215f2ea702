/** S3's volatile state, and the one way to change what it keeps. */
import { join } from "node:path";
import { createMemoryBlobs, openFileBlobs, type BlobStore } from "#store/blobs.ts";
import type { Transaction } from "#store/store.ts";
import type { Context, Environment } from "#services/kit/service.ts";
import { blobs as blobRecords, everywhere } from "./records.ts";
import { CorsIndex } from "./cors/cors-index.ts";

export interface S3State {
  files: BlobFiles;
  cors: CorsIndex;
}

export type S3Context = Context<S3State>;
/** What code needs that runs for a request as well as for a reconciler. */
export type S3Environment = Environment & { readonly state: S3State };

export function createState({ random }: Environment): S3State {
  return { files: new BlobFiles(createMemoryBlobs(random)), cors: new CorsIndex() };
}

/** Opens the folder of large bodies and deletes what an earlier process left there unnamed. */
export async function startState(env: Environment, state: S3State): Promise<void> {
  const { store, random, dataDir } = env;
  if (dataDir !== undefined) {
    const directory = join(dataDir, "blobs");
    const blobs = await openFileBlobs({ directory, durability: store.durability, random });
    const isNamed = (id: string) =>
      store.transaction(async (tx) => (await blobRecords.get(tx, everywhere, id)) !== undefined);
    const swept = await blobs.sweep(isNamed);
    if (swept > 0) env.log.info("deleted bodies that no object names", { swept });
    state.files = new BlobFiles(blobs);
  }
  await state.cors.start(env);
}

/** Blob files and who reads them now: a file goes when nobody names it and nobody reads it. */
export class BlobFiles {
  readonly blobs: BlobStore;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(blobs: BlobStore) {
    this.blobs = blobs;
  }

  /** To be called within the transaction that found the names. */
  pin(ids: Iterable<string>): void {
    for (const id of ids) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
  }

  async unpin(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      const left = (this.#readers.get(id) ?? 1) - 1;
      if (left > 0) this.#readers.set(id, left);
      else {
        this.#readers.delete(id);
        if (this.#doomed.delete(id)) await this.blobs.delete(id);
      }
    }
  }

  /** Deletes files that no record names any more, those in use when their readers have ended. */
  async discard(ids: Iterable<string>): Promise<void> {
    for (const id of ids) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      else await this.blobs.delete(id);
    }
  }
}

/** A transaction that may leave blob files without a name. */
export interface Change {
  readonly tx: Transaction;
  /** Blob files that are deleted once the transaction has committed. */
  readonly unnamed: string[];
}

export async function change<T>(
  { store, state }: Pick<S3Environment, "store" | "state">,
  run: (change: Change) => Promise<T>,
): Promise<T> {
  let unnamed: string[] = [];
  const result = await store.transaction((tx) => {
    unnamed = [];
    return run({ tx, unnamed });
  });
  if (unnamed.length > 0) await state.files.discard(unnamed);
  return result;
}
