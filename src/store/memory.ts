/** The store of tests and of `--ephemeral`: everything in memory, gone with the process. */
import type { Backend, Done, Row, Stored, Write } from "./backend.ts";
import { copyValue } from "./copy-value.ts";
import { createStore } from "./create-store.ts";
import { freeze } from "./freeze.ts";
import type { EncodedKey } from "./keys.ts";
import { createRows, scanRows } from "./rows.ts";
import type { Store } from "./store.ts";

export function createMemoryStore(): Store {
  return createStore(new MemoryBackend());
}

class MemoryBackend implements Backend {
  readonly durability = "none";
  readonly #rows = createRows<Stored>();

  encode(value: unknown): Stored {
    return copyValue(value) as Stored;
  }

  decode(stored: Stored): unknown {
    return copyValue(stored);
  }

  begin(): void {}

  get(key: EncodedKey): unknown {
    return copyValue(this.#rows.get(key));
  }

  view(key: EncodedKey): unknown {
    const stored = this.#rows.get(key);
    // Nobody changes what lies here, for all others are given copies: frozen once, it is its own view.
    return Object.isFrozen(stored) ? stored : freeze(stored);
  }

  *scan(from: EncodedKey, to: EncodedKey, reverse: boolean): Generator<Row> {
    for (const [key, stored] of scanRows(this.#rows, from, to, reverse)) yield { key, stored };
  }

  count(from: EncodedKey, to: EncodedKey): number {
    return this.#rows.forRange(from, to, false);
  }

  commit(writes: readonly Write[], done: Done): void {
    for (const { key, stored } of writes) {
      if (stored === undefined) this.#rows.delete(key);
      else this.#rows.set(key, stored);
    }
    done();
  }

  async clear(): Promise<void> {
    this.#rows.clear();
  }

  async close(): Promise<void> {}
}
