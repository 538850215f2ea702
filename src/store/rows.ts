/** Rows in memory in the order of their keys. */
import sortedBTree from "sorted-btree";
import type { EncodedKey } from "./keys.ts";

const BTree = sortedBTree.default;

export type Rows<T> = InstanceType<typeof BTree<EncodedKey, T>>;

export function createRows<T>(): Rows<T> {
  return new BTree<EncodedKey, T>(undefined, compareKeys);
}

function compareKeys(a: EncodedKey, b: EncodedKey): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows with `from` ≤ key < `to`, drawn as they are asked for. The pair is reused: read it before the next. */
export function* scanRows<T>(
  rows: Rows<T>,
  from: EncodedKey,
  to: EncodedKey,
  reverse: boolean,
): Generator<readonly [EncodedKey, T]> {
  const pair: (EncodedKey | T)[] = [];
  if (reverse) {
    for (const row of rows.entriesReversed(to, pair, true)) {
      if (row[0] < from) return;
      yield row;
    }
  } else {
    for (const row of rows.entries(from, pair)) {
      if (row[0] >= to) return;
      yield row;
    }
  }
}
