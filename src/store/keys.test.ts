import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeKey, encodeKey, endOfPrefix } from "./keys.ts";
import type { Key, KeyPart } from "./store.ts";
import { compareTuples } from "./store-model.suite.ts";

const part: fc.Arbitrary<KeyPart> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: fc.constantFrom("a", "\0", "\u0001", "ÿ"), maxLength: 4 }),
  fc.double({ noNaN: true }).map((value) => value + 0),
  fc.integer(),
  fc.uint8Array({ maxLength: 5 }),
);
const key = fc.array(part, { maxLength: 4 });
const sign = (order: number) => Math.sign(order);
const orderOf = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

test("a key comes back from its bytes", () => {
  fc.assert(fc.property(key, (key) => assert.deepEqual(decodeKey(encodeKey(key)), key)));
});

test("the order of the bytes is the order of the tuples", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(orderOf(encodeKey(a), encodeKey(b)), sign(compareTuples(a, b)));
    }),
    { numRuns: 2000 },
  );
});

test("exactly the keys that continue a prefix lie between it and its end", () => {
  fc.assert(
    fc.property(key, key, (prefix, other) => {
      const encoded = encodeKey(other);
      const from = encodeKey(prefix);
      const inside = encoded >= from && encoded < endOfPrefix(from);
      assert.equal(inside, compareTuples(other.slice(0, prefix.length), prefix) === 0);
    }),
    { numRuns: 2000 },
  );
});

test("minus zero is zero, NaN and lone surrogates are refused", () => {
  const zero: Key = [0];
  assert.deepEqual(encodeKey([-0]), encodeKey(zero));
  assert.throws(() => encodeKey([Number.NaN]), TypeError);
  assert.throws(() => encodeKey(["\ud800"]), TypeError);
});
