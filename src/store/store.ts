/**
 * The one place where authoritative state lives: an ordered key space with serialisable
 * transactions. Knows nothing of AWS; records and their keys belong to the services.
 */

import type { EncodedKey } from "./keys.ts";

/** A tuple; tuples sort element by element: byte strings, then strings, then numbers. */
export type Key = readonly KeyPart[];
export type KeyPart = string | number | Uint8Array;

/** A key, or what `encodeKey` made of it. */
export type AnyKey = Key | EncodedKey;

/**
 * What a record may hold: plain objects, lists, strings, numbers, booleans, null and byte arrays.
 * Times are numbers. Byte arrays are never changed in place, neither before nor after.
 */
export type Value = unknown;

export interface Entry<T = Value> {
  key: Key;
  value: T;
}

export interface RangeOptions {
  /** Starts behind this key (exclusive), whether a record has it or not. */
  after?: Key;
  /** Entries with greater keys, and with this one, do not count. */
  before?: Key;
  /** At most so many entries. */
  limit?: number;
  /** From the end to the start; `after` then means before. */
  reverse?: boolean;
}

/**
 * A transaction sees its own writes and no one else's later ones. A function that runs in a
 * transaction awaits nothing but its transaction, and may run more than once.
 */
export interface Transaction {
  /** A value belongs to its reader, who may change it: only `put` changes what is stored. */
  get<T>(key: AnyKey): Promise<T | undefined>;
  /** As `get`, but there at once: for what is read and written so often that waiting is most of it. */
  read<T>(key: AnyKey): T | undefined;
  /**
   * As `get`, but the value is frozen and shared by its readers, and there at once, so that a record that
   * nearly every request needs (a queue's, a table's, a bucket's) is decoded once and waited for by none.
   */
  view<T>(key: AnyKey): T | undefined;
  /** Every entry whose key starts with the prefix (the prefix itself included), in key order. */
  range<T>(prefix: AnyKey, options?: RangeOptions): Promise<Entry<T>[]>;
  /** Entries with `from` ≤ key < `to`, in key order. */
  between<T>(from: Key, to: Key, options?: RangeOptions): Promise<Entry<T>[]>;
  /** How many entries have `from` ≤ key < `to`; counting reads no values, and keys many times faster. */
  count(from: Key, to: Key): Promise<number>;
  /** Takes the value as it is now. */
  put<T>(key: AnyKey, value: T): void;
  delete(key: AnyKey): void;
}

/** What collections' keys hold between their account and region and a record's id. */
export type CollectionPath = readonly [service: string, kind: string];

export type Durability = "process" | "fsync";

export interface Unwatch {
  (): void;
}

export interface Store {
  /** "none" for a store that dies with the process. */
  readonly durability: Durability | "none";
  /**
   * Resolves with the function's result when its writes, and those whose results it has read, survive
   * what the durability mode promises (`process`: kill -9 of Fogbank; `fsync`: loss of power). When the
   * function throws, nothing is written and the error is passed on. Transactions run one at a time.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T> | T): Promise<T>;
  /** Calls back after every commit that touched keys under the prefix, with those keys, within the commit. */
  watch(prefix: Key, changed: (keys: readonly Key[]) => void): Unwatch;
  /** As `watch` for a collection's records in every account and region. */
  watchCollection(path: CollectionPath, changed: (keys: readonly Key[]) => void): Unwatch;
  /** Deletes everything. */
  clear(): Promise<void>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}
