/** One transaction over a backend: its own writes lie over what is stored. */
import type { Backend, Row, Stored, Write } from "./backend.ts";
import { freeze } from "./freeze.ts";
import { decodeKey, encodeKey, endOfPrefix, type EncodedKey } from "./keys.ts";
import { mergeRows } from "./merge-rows.ts";
import { createRows, scanRows, type Rows } from "./rows.ts";
import type { AnyKey, Entry, Key, RangeOptions, Transaction } from "./store.ts";

const noWrites: readonly Write[] = [];
/** So few writes are found by looking at each. */
const fewWrites = 8;

export class OpenTransaction implements Transaction {
  readonly #backend: Backend;
  /** In the order of their keys' first writes. */
  #writes: Write[] | undefined;
  /**
   * The same by key, once there are more than a few. Not in a Map: that would make the engine keep each
   * key it is asked for among the texts that it knows each by one object.
   */
  #byKey: Rows<Write> | undefined;
  #open = true;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Ends the transaction and gives its writes. */
  end(): readonly Write[] {
    this.#open = false;
    return this.#writes ?? noWrites;
  }

  async get<T>(key: AnyKey): Promise<T | undefined> {
    return this.read(key);
  }

  read<T>(key: AnyKey): T | undefined {
    this.#guard();
    const encoded = encodeKey(key);
    const own = this.#writes && this.#ownWrite(encoded);
    if (!own) return this.#backend.get(encoded) as T | undefined;
    return own.stored === undefined ? undefined : (this.#backend.decode(own.stored) as T);
  }

  view<T>(key: AnyKey): T | undefined {
    this.#guard();
    const encoded = encodeKey(key);
    const own = this.#writes && this.#ownWrite(encoded);
    if (!own) return this.#backend.view(encoded) as T | undefined;
    return own.stored === undefined ? undefined : (freeze(this.#backend.decode(own.stored)) as T);
  }

  async range<T>(prefix: AnyKey, options?: RangeOptions): Promise<Entry<T>[]> {
    const from = encodeKey(prefix);
    return this.#scan<T>(from, endOfPrefix(from), options);
  }

  async between<T>(from: Key, to: Key, options?: RangeOptions): Promise<Entry<T>[]> {
    return this.#scan<T>(encodeKey(from), encodeKey(to), options);
  }

  async count(from: Key, to: Key): Promise<number> {
    this.#guard();
    const [start, end] = [encodeKey(from), encodeKey(to)];
    if (start >= end) return 0;
    if (!this.#writes) return this.#backend.count(start, end);
    let found = 0;
    const rows = this.#backend.scan(start, end, false);
    for (const _ of mergeRows(rows, this.#ownRows(start, end, false), false)) found++;
    return found;
  }

  put<T>(key: AnyKey, value: T): void {
    if (value === undefined) throw new TypeError("undefined cannot be stored; delete instead");
    this.#write(encodeKey(key), this.#backend.encode(value));
  }

  delete(key: AnyKey): void {
    this.#write(encodeKey(key), undefined);
  }

  #guard(): void {
    if (!this.#open)
      throw new Error("the transaction has ended; await everything that uses it, and nothing else");
  }

  #write(key: EncodedKey, stored: Stored | undefined): void {
    this.#guard();
    const writes = this.#writes;
    if (!writes) {
      this.#writes = [{ key, stored }];
      return;
    }
    const present = this.#ownWrite(key);
    if (present) {
      present.stored = stored;
      return;
    }
    const write = { key, stored };
    writes.push(write);
    if (this.#byKey) this.#byKey.set(key, write);
    else if (writes.length > fewWrites) {
      this.#byKey = createRows();
      for (const each of writes) this.#byKey.set(each.key, each);
    }
  }

  #ownWrite(key: EncodedKey): Write | undefined {
    if (this.#byKey) return this.#byKey.get(key);
    for (const write of this.#writes!) if (write.key === key) return write;
    return undefined;
  }

  #scan<T>(from: EncodedKey, to: EncodedKey, options: RangeOptions = {}): Entry<T>[] {
    this.#guard();
    const { after, before, limit = Number.POSITIVE_INFINITY, reverse = false } = options;
    if (after) {
      const mark = encodeKey(after);
      if (reverse) to = mark < to ? mark : to;
      else if (mark >= from) from = `${mark}\0`;
    }
    if (before) {
      const mark = encodeKey(before);
      if (mark < to) to = mark;
    }
    const found: Entry<T>[] = [];
    if (limit <= 0 || from >= to) return found;
    const backend = this.#backend;
    let rows: Iterable<Row> = backend.scan(from, to, reverse);
    if (this.#writes) rows = mergeRows(rows, this.#ownRows(from, to, reverse), reverse);
    for (const { key, stored } of rows) {
      found.push(new StoredEntry<T>(backend, key, stored));
      if (found.length >= limit) break;
    }
    return found;
  }

  *#ownRows(from: EncodedKey, to: EncodedKey, reverse: boolean): Generator<Write> {
    if (this.#byKey) {
      for (const [, write] of scanRows(this.#byKey, from, to, reverse)) yield write;
      return;
    }
    const inRange = this.#writes!.filter(({ key }) => key >= from && key < to);
    inRange.sort((a, b) => (a.key < b.key ? -1 : 1));
    yield* reverse ? inRange.reverse() : inRange;
  }
}

/** Decodes its key and its value when they are first asked for: many readers want only one of them. */
class StoredEntry<T> implements Entry<T> {
  readonly #backend: Backend;
  readonly #encodedKey: EncodedKey;
  #key: Key | undefined;
  #stored: Stored | undefined;
  #value: T | undefined;

  constructor(backend: Backend, key: EncodedKey, stored: Stored) {
    this.#backend = backend;
    this.#encodedKey = key;
    this.#stored = stored;
  }

  get key(): Key {
    return (this.#key ??= decodeKey(this.#encodedKey));
  }

  get value(): T {
    if (this.#stored !== undefined) {
      this.#value = this.#backend.decode(this.#stored) as T;
      this.#stored = undefined;
    }
    return this.#value as T;
  }
}
