/** Scripts of random steps, and the simplest store that is right, to hold the others against. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Entry, Key, KeyPart, RangeOptions, Transaction } from "./store.ts";

type Step =
  | { kind: "put"; key: Key; value: number }
  | { kind: "delete"; key: Key }
  | { kind: "get"; key: Key }
  | { kind: "range"; prefix: Key; options: RangeOptions }
  | { kind: "fail" };

const part = fc.oneof(
  fc.constantFrom<KeyPart>("a", "b", "a\0", "é", 1, -1, 0.5),
  fc.uint8Array({ maxLength: 1 }),
);
const key = fc.array(part, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 15, arbitrary: fc.record({ kind: fc.constant("put" as const), key, value: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("get" as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("range" as const),
      prefix: fc.array(part, { maxLength: 1 }),
      options: fc.record(
        { after: key, before: key, limit: fc.integer({ min: 0, max: 5 }), reverse: fc.boolean() },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "fail" as const }) },
);
export const script = fc.array(step, { maxLength: 8 });

/** Plays a script of steps in a transaction and tells what it saw. */
export async function play(steps: readonly Step[], tx: Transaction): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const step of steps) {
    if (step.kind === "put") tx.put(step.key, step.value);
    else if (step.kind === "delete") tx.delete(step.key);
    else if (step.kind === "get") seen.push(await tx.get(step.key));
    else if (step.kind === "fail") throw new Error("failed on purpose");
    else {
      const found = await tx.range(step.prefix, step.options);
      seen.push(found.map(({ key, value }) => ({ key, value })));
    }
  }
  return seen;
}

/** What was seen, or the message of the error. */
export async function outcomeOf(playing: Promise<unknown[]>): Promise<unknown[] | string> {
  try {
    return await playing;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The simplest thing that is right: all rows, sorted by comparing tuples part by part. */
export function modelTransaction(rows: Map<string, { key: Key; value: number }>): Transaction {
  const nameOf = (key: Key) => JSON.stringify(key, (_name, part: unknown) => part);
  const range = (prefix: Key, { after, before, limit, reverse }: RangeOptions = {}) => {
    let found = [...rows.values()]
      .filter(({ key }) => compareTuples(key.slice(0, prefix.length), prefix) === 0)
      .sort((a, b) => compareTuples(a.key, b.key));
    if (reverse) found.reverse();
    if (after)
      found = found.filter(({ key }) =>
        reverse ? compareTuples(key, after) < 0 : compareTuples(key, after) > 0,
      );
    if (before) found = found.filter(({ key }) => compareTuples(key, before) < 0);
    return found.slice(0, limit);
  };
  return {
    get: async <T>(key: Key) => rows.get(nameOf(key))?.value as T | undefined,
    read: () => assert.fail("the model has none"),
    view: () => assert.fail("the model has no view"),
    count: () => assert.fail("the model has no count"),
    range: async <T>(prefix: Key, options?: RangeOptions) => range(prefix, options) as Entry<T>[],
    between: () => assert.fail("the model has no between"),
    put: (key: Key, value) => void rows.set(nameOf(key), { key, value: value as number }),
    delete: (key: Key) => void rows.delete(nameOf(key)),
  };
}

export function compareTuples(a: Key, b: Key): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareParts(a[index]!, b[index]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(a: KeyPart, b: KeyPart): number {
  const rank = (part: KeyPart) =>
    part instanceof Uint8Array ? 0 : typeof part === "string" ? 1 : 2;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "number") return a - (b as number);
  return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
}
