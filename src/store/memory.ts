/** The store of tests and of `--ephemeral`: everything in memory, gone with the process. */
import type { Backend, Write } from "./backend.ts";
import { createStore } from "./create-store.ts";
import type { Store } from "./store.ts";

export function createMemoryStore(): Store {
  return createStore(new SortedRows());
}

/** Rows in key order in one array, found by bisection. */
class SortedRows implements Backend {
  #rows: { key: Buffer; value: unknown }[] = [];

  get(key: Buffer): unknown {
    const row = this.#rows[this.#find(key)];
    return row?.key.equals(key) ? row.value : undefined;
  }

  *scan(from: Buffer, to: Buffer, reverse: boolean) {
    const rows = this.#rows.slice(this.#find(from), this.#find(to));
    yield* reverse ? rows.reverse() : rows;
  }

  apply(writes: readonly Write[]): undefined {
    for (const { key, value } of writes) {
      const index = this.#find(key);
      const present = this.#rows[index]?.key.equals(key) ?? false;
      if (value === undefined) {
        if (present) this.#rows.splice(index, 1);
      } else if (present) this.#rows[index] = { key, value };
      else this.#rows.splice(index, 0, { key, value });
    }
  }

  async clear(): Promise<void> {
    this.#rows = [];
  }

  async close(): Promise<void> {}

  /** The index of the first row whose key is not before the given one. */
  #find(key: Buffer): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.key.compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
