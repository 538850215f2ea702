import assert from "node:assert/strict";
import { test } from "node:test";
import { RepeatableBody } from "./repeatable-body.ts";

/** A source that gives what it is told to, and knows whether it was abandoned. */
function createSource() {
  const waiting: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = [];
  const given: Uint8Array[] = [];
  const source = {
    abandoned: false,
    give(text: string) {
      const piece = Buffer.from(text);
      const waiter = waiting.shift();
      if (waiter) waiter.resolve({ done: false, value: piece });
      else given.push(piece);
    },
    [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array> => ({
      next() {
        const value = given.shift();
        if (value) return Promise.resolve({ done: false, value });
        const waiter = Promise.withResolvers<IteratorResult<Uint8Array>>();
        waiting.push(waiter);
        return waiter.promise;
      },
      async return() {
        source.abandoned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return source;
}

const textOf = ({ value }: IteratorResult<Uint8Array>) => value && String(value);

test("a second reading gives all from the start, and the piece that the first one waited for", async () => {
  const source = createSource();
  const body = new RepeatableBody(source);
  const first = body[Symbol.asyncIterator]();
  source.give("a");
  source.give("b");
  assert.deepEqual([textOf(await first.next()), textOf(await first.next())], ["a", "b"]);
  const waiting = first.next();
  const second = body[Symbol.asyncIterator]();
  assert.deepEqual([textOf(await second.next()), textOf(await second.next())], ["a", "b"]);
  const next = second.next();
  source.give("c");
  assert.equal(textOf(await next), "c");
  assert.equal((await waiting).done, true);
  source.give("d");
  assert.equal(textOf(await second.next()), "d");
  assert.equal(source.abandoned, false);
});

test("a reading that ends early abandons the source only once nobody may read it again", async () => {
  const source = createSource();
  const body = new RepeatableBody(source);
  await body[Symbol.asyncIterator]().return!();
  assert.equal(source.abandoned, false);
  const second = body[Symbol.asyncIterator]();
  body.settle();
  assert.equal(source.abandoned, false);
  await second.return!();
  assert.equal(source.abandoned, true);
  assert.equal(body.repeatable, false);
});

test("a body that was left is abandoned when it is settled", async () => {
  const source = createSource();
  const body = new RepeatableBody(source);
  await body[Symbol.asyncIterator]().return!();
  body.settle();
  assert.equal(source.abandoned, true);
});

test("of a long body nothing is kept, and it goes on all the same", async () => {
  const source = createSource();
  const body = new RepeatableBody(source);
  const reading = body[Symbol.asyncIterator]();
  const texts = ["a", "b".repeat(64 * 1024), "c", "d"];
  for (const text of texts) source.give(text);
  for (const text of texts) assert.equal(textOf(await reading.next()), text);
  assert.equal(body.repeatable, false);
  assert.throws(() => body[Symbol.asyncIterator](), TypeError);
});
