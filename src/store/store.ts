/**
 * The one place where authoritative state lives: an ordered key space with serialisable
 * transactions. Knows nothing of AWS; records and their keys belong to the services.
 */

/** A tuple; tuples sort element by element: byte strings, then strings, then numbers. */
export type Key = readonly KeyPart[];
export type KeyPart = string | number | Uint8Array;

/** What a record may hold: what MessagePack can carry. Byte arrays stay byte arrays; times are numbers. */
export type Value = unknown;

export interface Entry<T = Value> {
  key: Key;
  value: T;
}

export interface RangeOptions {
  /** Starts behind this key (exclusive). It must lie within the range. */
  after?: Key;
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
  get<T>(key: Key): Promise<T | undefined>;
  /** Every entry whose key starts with the prefix (the prefix itself included), in key order. */
  range<T>(prefix: Key, options?: RangeOptions): Promise<Entry<T>[]>;
  /** Entries with `from` ≤ key < `to`, in key order. */
  between<T>(from: Key, to: Key, options?: RangeOptions): Promise<Entry<T>[]>;
  /** Callers must not change a value after they have put it. */
  put<T>(key: Key, value: T): void;
  delete(key: Key): void;
}

export type Durability = "process" | "fsync";

export interface Unwatch {
  (): void;
}

export interface Store {
  /**
   * Resolves with the function's result when its writes survive what the durability mode promises
   * (`process`: kill -9 of Fogbank; `fsync`: loss of power). When the function throws, nothing is
   * written and the error is passed on.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T> | T): Promise<T>;
  /** Calls back after every commit that touched keys under the prefix, with those keys. */
  watch(prefix: Key, changed: (keys: readonly Key[]) => void): Unwatch;
  /** Deletes everything. */
  clear(): Promise<void>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}
