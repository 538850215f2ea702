/**
 * The store on disk. A commit is an append to a journal; its rows stay in memory over the LMDB file
 * and are folded into it in bulk, in the background. decisions/store-engine.md has the reasons.
 */
import { fdatasyncSync, closeSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { Packr, Unpackr } from "msgpackr";
import { endOfTurn } from "#runtime/turn.ts";
import type { Backend, Done, Row, Stored, Write } from "./backend.ts";
import { createStore } from "./create-store.ts";
import { freeze } from "./freeze.ts";
import { Journal, segmentName, type JournalWrite } from "./journal.ts";
import { lowestKey, pathOf, type EncodedKey } from "./keys.ts";
import { checkLmdbFile, pageBytes } from "./lmdb-file.ts";
import { lockDirectory } from "./lock-file.ts";
import { mergeRows, type UpperRow } from "./merge-rows.ts";
import { findSegments, replaySegment } from "./replay.ts";
import { createRows, scanRows, type Rows } from "./rows.ts";
import type { Durability, Store } from "./store.ts";

export interface LmdbStoreOptions {
  /** The directory; made when it is not there. */
  path: string;
  durability: Durability;
  /** Rows are folded into the LMDB file when they take so many bytes; 4 MiB unless given. */
  foldBytes?: number;
}

/**
 * Opens the store in a directory, or makes it. Throws StoreLockedError while another process has it
 * open, StoreFailedError when its files are damaged or cannot be written.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  mkdirSync(options.path, { recursive: true });
  const unlock = lockDirectory(options.path);
  try {
    return createStore(new LmdbBackend(options, unlock));
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A row that the LMDB file may not have yet. */
interface PendingRow {
  /** Undefined for a deleted row. */
  stored: Uint8Array | undefined;
  /** The journal's group it was written in. */
  group: number;
}

const rowOverheadBytes = 100;
const rowsPerSlice = 256;
/** Records share buffers of this size while they are in memory. */
const packedBytes = 1 << 15;
/** Enough for the configuration that requests share; beyond it the views start over. */
const mostViews = 2000;
/** So many times the fold size may wait in memory before commits wait for the fold under way. */
const mostWaitingFolds = 8;

class LmdbBackend implements Backend {
  readonly durability: Durability;
  readonly #path: string;
  readonly #foldBytes: number;
  readonly #database: ReturnType<typeof openDatabase>;
  readonly #journal: Journal;
  readonly #unlock: () => void;
  readonly #packr = new Packr({ useRecords: false });
  /** Reads values that lie in a buffer of LMDB's, which the next read overwrites: copies byte arrays out. */
  readonly #volatile = new Unpackr({ useRecords: false, copyBuffers: true });
  #active: Rows<PendingRow> = createRows();
  #activeBytes = 0;
  /** Values given out by `view`, each with the group it was written in. */
  readonly #views = new Map<EncodedKey, { value: unknown; group: number }>();
  /** The collections that those are of: what is written into others needs no look at the views. */
  readonly #viewedPaths = new Set<string>();
  /** By where scans began: up to which key, inclusive, the file has only rows that memory hides. */
  readonly #hiddenUntil = new Map<EncodedKey, EncodedKey>();
  /** Rows on their way into the file. */
  #folding: Rows<PendingRow> | undefined;
  #fold: Promise<void> | undefined;
  /** Segments of earlier processes; they go with the first fold. */
  #oldSegments: number[];
  /** The newest group in which a row was dropped that only memory had. */
  #droppedGroup = 0;
  /** The newest group that the running transaction has read from. */
  #readGroup = 0;

  constructor({ path, durability, foldBytes = 4 << 20 }: LmdbStoreOptions, unlock: () => void) {
    this.#path = path;
    this.durability = durability;
    this.#foldBytes = foldBytes;
    this.#unlock = unlock;
    // Whenever it is full the packer takes another one as large. Its own would hold a dozen messages.
    this.#packr.useBuffer(Buffer.allocUnsafeSlow(packedBytes));
    this.#database = openDatabase(path);
    try {
      this.#oldSegments = findSegments(path);
      for (const segment of this.#oldSegments) this.#recover(join(path, segmentName(segment)));
      this.#journal = new Journal(path, durability, (this.#oldSegments.at(-1) ?? 0) + 1);
    } catch (error) {
      void this.#database.close();
      throw error;
    }
  }

  encode(value: unknown): Stored {
    return this.#packr.pack(value);
  }

  decode(stored: Stored): unknown {
    return this.#packr.unpack(stored as Buffer);
  }

  begin(): void {
    // Whoever misses a row that was dropped must not be answered before its deletion is durable.
    this.#readGroup = this.#droppedGroup > this.#journal.durableGroup ? this.#droppedGroup : 0;
  }

  get(key: EncodedKey): unknown {
    const pending = this.#active.get(key) ?? this.#folding?.get(key);
    if (pending) {
      this.#noteRead(pending.group);
      return pending.stored && this.decode(pending.stored);
    }
    const bytes = this.#database.getBinaryFast(key);
    return bytes && this.#volatile.unpack(bytes, bytes.length);
  }

  view(key: EncodedKey): unknown {
    const present = this.#views.get(key);
    if (present) {
      this.#noteRead(present.group);
      return present.value;
    }
    const group = (this.#active.get(key) ?? this.#folding?.get(key))?.group ?? 0;
    const value = freeze(this.get(key));
    if (value === undefined) return undefined;
    if (this.#views.size >= mostViews) this.#forgetViews();
    this.#views.set(key, { value, group });
    this.#viewedPaths.add(pathOf(key));
    return value;
  }

  scan(from: EncodedKey, to: EncodedKey, reverse: boolean): Iterable<Row> {
    let rows: Iterable<Row> = this.#scanFile(from, to, reverse);
    if (this.#folding)
      rows = mergeRows(rows, this.#scanPending(this.#folding, from, to, reverse), reverse);
    if (!this.#active.isEmpty)
      rows = mergeRows(rows, this.#scanPending(this.#active, from, to, reverse), reverse);
    return rows;
  }

  count(from: EncodedKey, to: EncodedKey): number {
    const database = this.#database;
    let found = database.getKeysCount({ start: from === "" ? lowestKey : from, end: to });
    const layers = this.#folding ? [this.#active, this.#folding] : [this.#active];
    for (const rows of layers)
      for (const [key, { stored, group }] of scanRows(rows, from, to, false)) {
        this.#noteRead(group);
        if (rows !== this.#active && this.#active.has(key)) continue;
        found += (stored ? 1 : 0) - (database.doesExist(key) ? 1 : 0);
      }
    return found;
  }

  commit(writes: readonly Write[], done: Done): void {
    const journal = this.#journal;
    if (writes.length === 0) {
      if (journal.failure) done(journal.failure);
      else if (this.#readGroup <= journal.durableGroup) done();
      else journal.wait(done);
      return;
    }
    const { group } = journal;
    const encoded = writes as readonly JournalWrite[];
    const crowded = this.#fold && this.#activeBytes > mostWaitingFolds * this.#foldBytes;
    journal.append(encoded, crowded ? (error) => void this.#whenFolded(done, error) : done);
    if (journal.failure) return;
    for (const { key, stored } of encoded) this.#hold(key, stored, group);
    if (this.#activeBytes > this.#foldBytes && !this.#fold) this.#startFold();
  }

  async clear(): Promise<void> {
    await this.#fold;
    const journal = this.#journal;
    journal.appendClear();
    await new Promise<void>((resolve, reject) =>
      journal.wait((error) => (error ? reject(error) : resolve())),
    );
    this.#active.clear();
    this.#activeBytes = 0;
    this.#forgetViews();
    this.#hiddenUntil.clear();
    this.#database.clearSync();
    await this.#database.flushed;
    this.#dropSegments(journal.rotate());
  }

  async close(): Promise<void> {
    await this.#fold;
    if (!this.#active.isEmpty && !this.#journal.failure) {
      this.#startFold();
      await this.#fold;
    }
    this.#journal.close();
    await this.#database.close();
    this.#unlock();
  }

  #hold(key: EncodedKey, stored: Uint8Array | undefined, group: number): void {
    if (stored !== undefined || this.#isBelow(key)) this.#active.set(key, { stored, group });
    else {
      // Nothing is left to hide: a queue's head would else hold a mark for every message that has left it.
      this.#active.delete(key);
      this.#droppedGroup = group;
    }
    // A Map that is asked for a new key has the engine keep the key's text, which costs more than the row.
    if (this.#viewedPaths.has(pathOf(key))) this.#views.delete(key);
    this.#activeBytes += rowOverheadBytes + key.length + (stored?.length ?? 0);
  }

  #forgetViews(): void {
    this.#views.clear();
    this.#viewedPaths.clear();
  }

  /** Whether the rows on their way into the file, or the file, have the key. */
  #isBelow(key: EncodedKey): boolean {
    return (this.#folding?.has(key) ?? false) || this.#database.doesExist(key);
  }

  #noteRead(group: number): void {
    if (group > this.#readGroup) this.#readGroup = group;
  }

  *#scanPending(
    rows: Rows<PendingRow>,
    from: EncodedKey,
    to: EncodedKey,
    reverse: boolean,
  ): Generator<UpperRow> {
    for (const [key, { stored, group }] of scanRows(rows, from, to, reverse)) {
      this.#noteRead(group);
      yield { key, stored };
    }
  }

  #scanFile(from: EncodedKey, to: EncodedKey, reverse: boolean): Iterable<Row> {
    const start = from === "" ? lowestKey : from;
    if (!reverse) return this.#scanFileForward(start, to);
    return this.#database
      .getRange({ start: to, end: start, reverse, exclusiveStart: true, inclusiveEnd: true })
      .map(toRow);
  }

  /**
   * Leaves out the first rows as far as those in memory hide them. Who takes from a queue's head deletes
   * what the file has there: without a note of how far, each would read all of it again until the next fold.
   */
  *#scanFileForward(from: EncodedKey, to: EncodedKey): Generator<Row> {
    const known = this.#hiddenUntil.get(from);
    const start = known === undefined ? from : `${known}\0`;
    if (start >= to) return;
    let atHead = !this.#folding;
    let hidden: EncodedKey | undefined;
    for (const row of this.#database.getRange({ start, end: to })) {
      if (atHead) {
        if (this.#active.has(row.key)) {
          hidden = row.key;
          continue;
        }
        atHead = false;
        if (hidden !== undefined) this.#noteHidden(from, hidden);
      }
      yield toRow(row);
    }
    if (atHead && hidden !== undefined) this.#noteHidden(from, hidden);
  }

  #noteHidden(from: EncodedKey, until: EncodedKey): void {
    if (this.#hiddenUntil.size >= mostViews) this.#hiddenUntil.clear();
    this.#hiddenUntil.set(from, until);
  }

  /** Takes over what an earlier process wrote into a segment, and makes it durable. */
  #recover(path: string): void {
    const file = openSync(path, "r+");
    fdatasyncSync(file);
    closeSync(file);
    replaySegment(path, {
      write: (key, stored) => this.#hold(key, stored, 0),
      clear: () => {
        this.#active.clear();
        this.#activeBytes = 0;
        this.#database.clearSync();
      },
    });
  }

  #startFold(): void {
    const segment = this.#journal.rotate();
    const rows = this.#active;
    this.#folding = rows;
    this.#active = createRows();
    this.#activeBytes = 0;
    this.#fold = this.#foldAndDrop(rows, segment);
  }

  async #foldAndDrop(rows: Rows<PendingRow>, segment: number): Promise<void> {
    try {
      await this.#foldRows(rows);
      this.#folding = undefined;
      this.#hiddenUntil.clear();
      this.#dropSegments(segment);
    } catch (cause) {
      // The journal still has every row; they are folded when the store is next opened.
      this.#journal.fail(cause as Error);
    } finally {
      this.#fold = undefined;
    }
  }

  /** Slows writers down to what the disk takes. */
  async #whenFolded(done: Done, error: Error | undefined): Promise<void> {
    await this.#fold;
    done(error);
  }

  /** In slices, so that the thread is free in between; LMDB writes in a thread of its own. */
  async #foldRows(rows: Rows<PendingRow>): Promise<void> {
    const database = this.#database;
    // LMDB answers all writes of one of its transactions by the same promise.
    const commits = new Set<Promise<boolean>>();
    let written = 0;
    for (const [key, { stored }] of rows.entries()) {
      const commit = stored ? database.put(key, stored) : database.remove(key);
      if (!commits.has(commit)) {
        commits.add(commit);
        // It is awaited below; until then a failure must not count as unhandled.
        commit.catch(() => {});
      }
      if (++written % rowsPerSlice === 0) await endOfTurn();
    }
    await Promise.all(commits);
    await database.flushed;
    database.resetReadTxn();
  }

  #dropSegments(last: number): void {
    for (const segment of this.#oldSegments) unlinkSync(join(this.#path, segmentName(segment)));
    this.#oldSegments = [];
    this.#journal.drop(last);
  }
}

function toRow({ key, value }: { key: EncodedKey; value: Uint8Array }): Row {
  return { key, stored: value };
}

/** Keys need pages of 8 KiB to reach 3900 bytes. */
function openDatabase(path: string) {
  const file = join(path, "data.mdb");
  checkLmdbFile(file);
  return open<Uint8Array, EncodedKey>({
    path: file,
    pageSize: pageBytes,
    encoding: "binary",
    keyEncoder: { writeKey, readKey },
  });
}

function writeKey(key: EncodedKey, target: Buffer, at: number): number {
  // LMDB takes a larger buffer when it sees this error; `write` alone would cut the key off.
  if (at + key.length > target.length) throw new RangeError("the key does not fit");
  return at + target.write(key, at, "latin1");
}

function readKey(source: Buffer, start: number, end: number): EncodedKey {
  return source.toString("latin1", start, end);
}
