/** A store that counts the records which are read of some services. */
import type { AnyKey, Entry, Store, Transaction } from "#store/store.ts";
import { decodeKey } from "#store/keys.ts";

export interface CountingStore extends Store {
  /** Records read since the last call, by service. */
  taken(): Record<string, number>;
}

export function createCountingStore(store: Store): CountingStore {
  let counts: Record<string, number> = {};
  const count = (key: AnyKey) => {
    const service = String((typeof key === "string" ? decodeKey(key) : key)[2]);
    counts[service] = (counts[service] ?? 0) + 1;
  };
  const all = <T>(found: Entry<T>[]) => {
    for (const { key } of found) count(key);
    return found;
  };
  const watched = (tx: Transaction): Transaction => ({
    get: (key) => {
      count(key);
      return tx.get(key);
    },
    read: (key) => {
      count(key);
      return tx.read(key);
    },
    view: (key) => {
      count(key);
      return tx.view(key);
    },
    range: async (prefix, options) => all(await tx.range(prefix, options)),
    between: async (from, to, options) => all(await tx.between(from, to, options)),
    count: (from, to) => tx.count(from, to),
    put: (key, value) => tx.put(key, value),
    delete: (key) => tx.delete(key),
  });
  return {
    ...store,
    transaction: (run) => store.transaction((tx) => run(watched(tx))),
    taken() {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}
