/** What a storage engine offers so that `createStore` can make a Store of it. */

export interface Write {
  key: Buffer;
  /** Undefined deletes. */
  value: unknown;
}

export interface Backend {
  get(key: Buffer): unknown;
  /** Rows with `from` ≤ key < `to`, in key order or, reversed, from the end. */
  scan(from: Buffer, to: Buffer, reverse: boolean): Iterable<{ key: Buffer; value: unknown }>;
  /**
   * Applies the writes as one. They are visible to `get` and `scan` when it returns; the promise
   * (if any) resolves when they are as durable as the mode promises.
   */
  apply(writes: readonly Write[]): Promise<void> | undefined;
  clear(): Promise<void>;
  close(): Promise<void>;
}
