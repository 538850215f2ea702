/** What a storage engine offers so that `createStore` can make a Store of it. */
import type { EncodedKey } from "./keys.ts";
import type { Durability } from "./store.ts";

/** A value in the engine's own form: what `encode` gave, unchanged until `decode`. */
export type Stored = object | string | number | boolean | null;

export interface Write {
  key: EncodedKey;
  /** Undefined deletes. */
  stored: Stored | undefined;
}

export interface Row {
  key: EncodedKey;
  stored: Stored;
}

/** Called once: without an error when all is durable. */
export type Done = (error?: Error) => void;

export interface Backend {
  readonly durability: Durability | "none";
  /** Takes a value as it is now; later changes of it by its owner do not show. */
  encode(value: unknown): Stored;
  /** A value that its reader may change. */
  decode(stored: Stored): unknown;
  /** Starts the next transaction. Transactions run one after the other. */
  begin(): void;
  /** The decoded value. */
  get(key: EncodedKey): unknown;
  /** The decoded value, frozen; the same one until it is written again. */
  view(key: EncodedKey): unknown;
  /** Rows with `from` ≤ key < `to`, in key order or, reversed, from the end; drawn as they are asked for. */
  scan(from: EncodedKey, to: EncodedKey, reverse: boolean): Iterable<Row>;
  /** How many rows have `from` ≤ key < `to`. */
  count(from: EncodedKey, to: EncodedKey): number;
  /**
   * Ends the transaction and applies its writes, if any, as one. They are visible to `get` and `scan`
   * when it returns; `done` is called, perhaps at once, when they and everything that the transaction
   * has read are as durable as the mode promises.
   */
  commit(writes: readonly Write[], done: Done): void;
  /** Deletes everything; durable when it resolves. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
