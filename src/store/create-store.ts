/** Serial transactions and watches over a backend. Conflicts cannot arise within one process. */
import type { Backend, Write } from "./backend.ts";
import { decodeKey, encodeKey, endOfPrefix } from "./keys.ts";
import type { Entry, Key, RangeOptions, Store, Transaction } from "./store.ts";

interface Watcher {
  prefix: Buffer;
  changed: (keys: readonly Key[]) => void;
}

export function createStore(backend: Backend): Store {
  const watchers = new Set<Watcher>();
  let tail: Promise<unknown> = Promise.resolve();

  const notify = (writes: readonly Write[]) => {
    const keys = writes.map((write) => decodeKey(write.key));
    for (const { prefix, changed } of watchers) {
      const touched =
        prefix.length === 0
          ? keys
          : keys.filter((_key, index) =>
              writes[index]!.key.subarray(0, prefix.length).equals(prefix),
            );
      if (touched.length > 0) changed(touched);
    }
  };
  const serially = <T>(work: () => Promise<T>): Promise<T> => {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  };
  return {
    async transaction(run) {
      let durable: Promise<void> | undefined;
      const result = await serially(async () => {
        const tx = createTransaction(backend);
        const value = await run(tx);
        const writes = tx.close();
        if (writes.length > 0) {
          durable = backend.apply(writes);
          if (watchers.size > 0) notify(writes);
        }
        return value;
      });
      if (durable) await durable;
      return result;
    },
    watch(prefix, changed) {
      const watcher = { prefix: encodeKey(prefix), changed };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    clear: () => serially(() => backend.clear()),
    close: () => serially(() => backend.close()),
  };
}

interface OpenTransaction extends Transaction {
  /** Ends the transaction and gives its writes. */
  close(): Write[];
}

function createTransaction(backend: Backend): OpenTransaction {
  const written = new Map<string, Write>();
  let open = true;
  const guard = () => {
    if (!open) throw new Error("the transaction has ended; await everything that uses it");
  };
  const write = (key: Key, value: unknown) => {
    guard();
    const bytes = encodeKey(key);
    written.set(bytes.toString("latin1"), { key: bytes, value });
  };
  const scan = async <T>(from: Buffer, to: Buffer, options: RangeOptions): Promise<Entry<T>[]> => {
    guard();
    const { after, limit = Number.POSITIVE_INFINITY, reverse = false } = options;
    let first = from;
    let last = to;
    if (after) {
      const mark = encodeKey(after);
      if (reverse) last = mark;
      else first = Buffer.concat([mark, Uint8Array.of(0)]);
    }
    const found: Entry<T>[] = [];
    if (limit <= 0 || first.compare(last) >= 0) return found;
    for (const row of merge(
      backend.scan(first, last, reverse),
      overlay(first, last, reverse),
      reverse,
    )) {
      found.push({ key: decodeKey(row.key), value: row.value as T });
      if (found.length >= limit) break;
    }
    return found;
  };
  const overlay = (from: Buffer, to: Buffer, reverse: boolean): Write[] => {
    if (written.size === 0) return [];
    const rows = [...written.values()].filter(
      ({ key }) => key.compare(from) >= 0 && key.compare(to) < 0,
    );
    rows.sort((a, b) => (reverse ? b.key.compare(a.key) : a.key.compare(b.key)));
    return rows;
  };
  return {
    async get<T>(key: Key) {
      guard();
      const bytes = encodeKey(key);
      const own = written.size > 0 ? written.get(bytes.toString("latin1")) : undefined;
      return (own ? own.value : backend.get(bytes)) as T | undefined;
    },
    range(prefix, options = {}) {
      const from = encodeKey(prefix);
      return scan(from, endOfPrefix(from), options);
    },
    between: (from, to, options = {}) => scan(encodeKey(from), encodeKey(to), options),
    put(key, value) {
      if (value === undefined) throw new TypeError("undefined cannot be stored; delete instead");
      write(key, value);
    },
    delete: (key) => write(key, undefined),
    close() {
      open = false;
      return [...written.values()];
    },
  };
}

/** Stored rows and a transaction's own writes as one sequence; a written key hides the stored one. */
function* merge(
  stored: Iterable<{ key: Buffer; value: unknown }>,
  own: readonly Write[],
  reverse: boolean,
): Iterable<{ key: Buffer; value: unknown }> {
  let next = 0;
  for (const row of stored) {
    let hidden = false;
    for (let mine = own[next]; mine; mine = own[next]) {
      const order = reverse ? row.key.compare(mine.key) : mine.key.compare(row.key);
      if (order > 0) break;
      next++;
      if (mine.value !== undefined) yield mine;
      if (order === 0) {
        hidden = true;
        break;
      }
    }
    if (!hidden) yield row;
  }
  for (; next < own.length; next++) if (own[next]!.value !== undefined) yield own[next]!;
}
