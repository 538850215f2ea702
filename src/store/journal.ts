/**
 * An append-only journal of writes. All transactions of one turn of the event loop form one frame,
 * written by one system call: a frame is there as a whole or, by its checksum, not at all.
 *
 *     segment = frame…    frame = length u32, crc32 u32, operations    (little endian)
 *     operation = put key-length u16, value-length u32, key, value | delete key-length u16, key | clear
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { atEndOfTurn } from "#runtime/turn.ts";
import type { Done, Write } from "./backend.ts";
import { StoreFailedError } from "./errors.ts";
import type { Durability } from "./store.ts";

export const operationPut = 1;
const operationDelete = 2;
export const operationClear = 3;
export const frameHeaderBytes = 8;

/** A frame that has grown so far is written without waiting for the end of the turn. */
const fullFrameBytes = 1 << 20;

/** Writes as they lie in the journal: values are bytes. */
export interface JournalWrite extends Write {
  stored: Uint8Array | undefined;
}

export class Journal {
  readonly #directory: string;
  readonly #durability: Durability;
  #segment: number;
  #file: number;
  #frame: Buffer = Buffer.allocUnsafe(1 << 16);
  #size = frameHeaderBytes;
  #scheduled = false;
  #waiting: Done[] = [];
  /** Written and waiting for the next sync. */
  #unsynced: Done[] = [];
  #syncing = false;
  #failure: Error | undefined;
  #group = 1;
  #durableGroup = 0;

  constructor(directory: string, durability: Durability, segment: number) {
    this.#directory = directory;
    this.#durability = durability;
    this.#segment = segment;
    this.#file = this.#openSegment();
  }

  /** The number of the group that the next writes belong to. */
  get group(): number {
    return this.#group;
  }

  /** The last group that is as durable as the mode promises. */
  get durableGroup(): number {
    return this.#durableGroup;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Adds one transaction's writes to the group of this turn. */
  append(writes: readonly JournalWrite[], done: Done): void {
    if (this.#failure) return done(this.#failure);
    for (const { key, stored } of writes) this.#add(key, stored);
    this.wait(done);
    if (this.#size >= fullFrameBytes) this.#flush();
  }

  /** Calls back when everything added so far is durable. */
  wait(done: Done): void {
    if (this.#failure) return done(this.#failure);
    this.#waiting.push(done);
    if (this.#scheduled) return;
    this.#scheduled = true;
    atEndOfTurn(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  appendClear(): void {
    this.#reserve(1);
    this.#frame[this.#size++] = operationClear;
  }

  /** Ends the current segment and starts the next; gives the ended one's number. */
  rotate(): number {
    this.#flush();
    this.#attempt(() => {
      if (this.#durability === "fsync") {
        fdatasyncSync(this.#file);
        this.#durableGroup = this.#group - 1;
        this.#acknowledge(this.#unsynced.splice(0));
      }
      // A sync under way still needs the file, and closes it.
      if (!this.#syncing) closeSync(this.#file);
      this.#segment++;
      this.#file = this.#openSegment();
    });
    if (this.#failure) throw this.#failure;
    return this.#segment - 1;
  }

  /** Deletes a segment whose writes are safe elsewhere. */
  drop(segment: number): void {
    unlinkSync(join(this.#directory, segmentName(segment)));
  }

  /** Everything must have been acknowledged or rotated away. */
  close(): void {
    this.#flush();
    if (!this.#syncing) closeSync(this.#file);
    this.#failure ??= new StoreFailedError("the store is closed");
  }

  #add(key: string, stored: Uint8Array | undefined): void {
    this.#reserve(7 + key.length + (stored?.length ?? 0));
    const frame = this.#frame;
    let at = this.#size;
    frame[at++] = stored ? operationPut : operationDelete;
    frame[at++] = key.length & 0xff;
    frame[at++] = key.length >> 8;
    if (stored) at = frame.writeUInt32LE(stored.length, at);
    at += frame.write(key, at, "latin1");
    if (stored) {
      frame.set(stored, at);
      at += stored.length;
    }
    this.#size = at;
  }

  #reserve(bytes: number): void {
    const needed = this.#size + bytes;
    if (needed <= this.#frame.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#frame.length));
    this.#frame.copy(grown, 0, 0, this.#size);
    this.#frame = grown;
  }

  #flush(): void {
    const done = this.#waiting;
    if (this.#size === frameHeaderBytes && done.length === 0) return;
    this.#waiting = [];
    if (this.#size > frameHeaderBytes) this.#attempt(() => this.#writeFrame());
    if (this.#failure) {
      for (const callBack of done) callBack(this.#failure);
    } else if (this.#durability === "process") {
      this.#durableGroup = this.#group++;
      this.#acknowledge(done);
    } else {
      this.#group++;
      this.#unsynced.push(...done);
      if (!this.#syncing) this.#sync();
    }
  }

  #writeFrame(): void {
    const frame = this.#frame;
    const body = frame.subarray(frameHeaderBytes, this.#size);
    frame.writeUInt32LE(body.length, 0);
    frame.writeUInt32LE(crc32(body), 4);
    for (let at = 0; at < this.#size;) at += writeSync(this.#file, frame, at, this.#size - at);
    this.#size = frameHeaderBytes;
    if (frame.length > 4 * fullFrameBytes) this.#frame = Buffer.allocUnsafe(1 << 16);
  }

  /** One sync at a time; what is written meanwhile shares the next one. */
  #sync(): void {
    const file = this.#file;
    const done = this.#unsynced;
    const group = this.#group - 1;
    this.#unsynced = [];
    this.#syncing = true;
    fdatasync(file, (error) => {
      this.#syncing = false;
      if (file !== this.#file) closeSync(file);
      if (error) this.fail(error);
      if (this.#failure) {
        for (const callBack of done.concat(this.#unsynced.splice(0))) callBack(this.#failure);
        return;
      }
      this.#durableGroup = Math.max(this.#durableGroup, group);
      this.#acknowledge(done);
      if (this.#unsynced.length > 0) this.#sync();
    });
  }

  #acknowledge(done: readonly Done[]): void {
    for (const callBack of done) callBack();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** What has been seen by others cannot be taken back, so nothing more is accepted. */
  fail(cause: Error): void {
    this.#failure ??= new StoreFailedError(
      `cannot write to ${this.#directory}: ${cause.message}. Nothing acknowledged is lost; make room or repair the disk, then start again`,
      { cause },
    );
  }

  #openSegment(): number {
    const file = openSync(join(this.#directory, segmentName(this.#segment)), "ax");
    if (this.#durability === "fsync") {
      const directory = openSync(this.#directory, "r");
      fsyncSync(directory);
      closeSync(directory);
    }
    return file;
  }
}

export function segmentName(segment: number): string {
  return `journal-${String(segment).padStart(10, "0")}`;
}
