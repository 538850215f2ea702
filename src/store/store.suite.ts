/** What every store must do, whatever it keeps its rows in. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { encodeKey, KeyTooLongError, longestKeyBytes } from "./keys.ts";
import { modelTransaction, outcomeOf, play, script } from "./store-model.suite.ts";
import type { Entry, Key, RangeOptions, Store, Transaction } from "./store.ts";

export interface StoreSubject {
  name: string;
  open(): Promise<Store>;
}

export function describeStore(subject: StoreSubject): void {
  describe(subject.name, () => {
    let store: Store;
    before(async () => void (store = await subject.open()));
    after(() => store.close());

    const fill = async (entries: readonly (readonly [Key, unknown])[]) => {
      await store.clear();
      await store.transaction((tx) => {
        for (const [key, value] of entries) tx.put(key, value);
      });
    };
    const keysOf = (entries: readonly Entry[]) => entries.map((entry) => entry.key);

    test("a value that was put is there, and is gone when it was deleted", async () => {
      await fill([[["a", 1], { text: "x", list: [1, null, true], bytes: Uint8Array.of(1, 2) }]]);
      const found = await store.transaction((tx) => tx.get<{ bytes: Uint8Array }>(["a", 1]));
      assert.deepEqual(Uint8Array.from(found!.bytes), Uint8Array.of(1, 2));
      assert.deepEqual({ ...found, bytes: 0 }, { text: "x", list: [1, null, true], bytes: 0 });
      await store.transaction((tx) => tx.delete(["a", 1]));
      assert.equal(await store.transaction((tx) => tx.get(["a", 1])), undefined);
    });

    test("keys of all types come back in tuple order", async () => {
      const ordered: Key[] = [
        [Uint8Array.of()],
        [Uint8Array.of(0)],
        [Uint8Array.of(0, 255)],
        [Uint8Array.of(1)],
        [""],
        ["", "a"],
        ["", 0],
        ["a"],
        ["a", "b"],
        ["a", Number.NEGATIVE_INFINITY],
        ["a", -1.5],
        ["a", 0],
        ["a", 2 ** -1074],
        ["a", 1],
        ["a", 2 ** 53],
        ["a\0"],
        ["a\0b"],
        ["ab"],
        ["z"],
        ["ß"],
        ["\uffff"],
        ["😀"],
        [-1],
        [7],
      ];
      await fill(ordered.toReversed().map((key) => [key, 1]));
      const found = await store.transaction((tx) => tx.range([]));
      assert.deepEqual(keysOf(found), ordered);
    });

    test("a prefix holds itself and what continues it, and nothing else", async () => {
      await fill([
        [["a"], 1],
        [["a", "x"], 2],
        [["a", 3], 3],
        [["ab"], 4],
        [["a\0"], 5],
        [["b"], 6],
      ]);
      const found = await store.transaction((tx) => tx.range<number>(["a"]));
      assert.deepEqual(
        found.map((entry) => entry.value),
        [1, 2, 3],
      );
    });

    test("a transaction sees its own writes, in ranges too, and keeps them to itself when it throws", async () => {
      await fill([1, 3, 5].map((id) => [["n", id], id] as const));
      await assert.rejects(
        store.transaction(async (tx) => {
          tx.put(["n", 2], 2);
          tx.put(["n", 3], 33);
          tx.delete(["n", 5]);
          tx.put(["n", 6], 6);
          assert.equal(await tx.get(["n", 3]), 33);
          assert.equal(await tx.get(["n", 5]), undefined);
          const values = async (options?: RangeOptions) =>
            (await tx.range<number>(["n"], options)).map((entry) => entry.value);
          assert.deepEqual(await values(), [1, 2, 33, 6]);
          assert.deepEqual(await values({ reverse: true }), [6, 33, 2, 1]);
          assert.deepEqual(await values({ after: ["n", 2] }), [33, 6]);
          assert.deepEqual(await values({ after: ["n", 4], reverse: true, limit: 2 }), [33, 2]);
          assert.deepEqual(await values({ limit: 2 }), [1, 2]);
          assert.deepEqual(await values({ limit: 0 }), []);
          throw new Error("no");
        }),
        { message: "no" },
      );
      const left = await store.transaction((tx) => tx.range<number>(["n"]));
      assert.deepEqual(
        left.map((entry) => entry.value),
        [1, 3, 5],
      );
    });

    test("`after` outside the range cuts nothing off, or everything", async () => {
      await fill([1, 2].map((id) => [["m", id], id] as const));
      const count = (options: RangeOptions) =>
        store.transaction(async (tx) => (await tx.range(["m"], options)).length);
      assert.equal(await count({ after: ["a"] }), 2);
      assert.equal(await count({ after: ["z"] }), 0);
      assert.equal(await count({ after: ["a"], reverse: true }), 0);
      assert.equal(await count({ after: ["z"], reverse: true }), 2);
    });

    test("`before` leaves out what is not less, from whichever end", async () => {
      await fill([1, 2, 3].map((id) => [["l", id], id] as const));
      const values = (options: RangeOptions) =>
        store.transaction(async (tx) =>
          (await tx.range<number>(["l"], options)).map(({ value }) => value),
        );
      assert.deepEqual(await values({ before: ["l", 3] }), [1, 2]);
      assert.deepEqual(await values({ before: ["l", 3], reverse: true }), [2, 1]);
      assert.deepEqual(await values({ before: ["l", 3], after: ["l", 1] }), [2]);
      assert.deepEqual(await values({ before: ["a"] }), []);
      assert.deepEqual(await values({ before: ["z"] }), [1, 2, 3]);
    });

    test("`between` takes its start and leaves its end", async () => {
      await fill([1, 2, 3].map((id) => [["b", id], id] as const));
      const found = await store.transaction((tx) => tx.between<number>(["b", 1], ["b", 3]));
      assert.deepEqual(
        found.map((entry) => entry.value),
        [1, 2],
      );
    });

    test("what a reader or a writer changes later does not change what is stored", async () => {
      const written = { list: [1] };
      await store.transaction((tx) => tx.put(["own"], written));
      written.list.push(2);
      await store.transaction(async (tx) => (await tx.get<typeof written>(["own"]))!.list.push(3));
      assert.deepEqual(await store.transaction((tx) => tx.get(["own"])), { list: [1] });
    });

    test("undefined is refused as a record", async () => {
      await assert.rejects(
        store.transaction((tx) => tx.put(["x"], undefined)),
        TypeError,
      );
    });

    test("a key may have the longest length and no more", async () => {
      await store.clear();
      const longest = (last: string): Key => ["k".repeat(longestKeyBytes - 5), last];
      assert.equal(encodeKey(longest("")).length, longestKeyBytes - 1);
      await store.transaction((tx) => {
        tx.put(longest("b"), 2);
        tx.put(longest("a"), 1);
      });
      const found = await store.transaction((tx) => tx.range<number>(longest("").slice(0, 1)));
      assert.deepEqual(
        found.map((entry) => entry.value),
        [1, 2],
      );
      const one = await store.transaction((tx) => tx.between(longest("a"), longest("b")));
      assert.equal(one.length, 1);
      await assert.rejects(
        store.transaction((tx) => tx.get(longest("aa"))),
        KeyTooLongError,
      );
    });

    test("values of megabytes come back whole", async () => {
      const bytes = new Uint8Array(3 << 20).map((_byte, index) => index % 251);
      await store.transaction((tx) => {
        tx.put(["big", 1], bytes);
        tx.put(["big", 2], { bytes: bytes.subarray(0, 100_000) });
      });
      await store.transaction(async (tx) => {
        assert.ok(Buffer.from((await tx.get<Uint8Array>(["big", 1]))!).equals(bytes));
        const [, second] = await tx.range<{ bytes: Uint8Array }>(["big"]);
        assert.ok(Buffer.from(second!.value.bytes).equals(bytes.subarray(0, 100_000)));
      });
    });

    test("a transaction cannot be used when it has ended", async () => {
      let leaked: Transaction | undefined;
      await store.transaction((tx) => void (leaked = tx));
      await assert.rejects(leaked!.get(["a"]), /has ended/);
      assert.throws(() => leaked!.put(["a"], 1), /has ended/);
    });

    test("a watch tells the committed keys under its prefix, and nothing after it ended", async () => {
      const seen: Key[] = [];
      const unwatch = store.watch(["w"], (keys) => void seen.push(...keys));
      await store.transaction((tx) => {
        tx.put(["w", "é", 1], 1);
        tx.put(["v"], 1);
        tx.delete(["w", 2]);
      });
      await assert.rejects(
        store.transaction((tx) => {
          tx.put(["w", 3], 1);
          throw new Error("no");
        }),
      );
      unwatch();
      await store.transaction((tx) => tx.put(["w", 4], 1));
      assert.deepEqual(seen, [
        ["w", "é", 1],
        ["w", 2],
      ]);
    });

    test("a watched collection tells its keys in every account and region, and no others", async () => {
      const seen: Key[] = [];
      const unwatch = store.watchCollection(["sqs", "queue"], (keys) => void seen.push(...keys));
      const mine: Key[] = [
        ["1", "eu-west-1", "sqs", "queue", "a"],
        ["2", "us-east-1", "sqs", "queue", "b", 7],
      ];
      const others: Key[] = [
        ["1", "eu-west-1", "sqs", "queues", "a"],
        ["1", "eu-west-1", "sns", "queue"],
        ["1", "sqs", "queue"],
        ["sqs", "queue"],
        [1, 2, 3],
      ];
      await store.transaction((tx) => {
        for (const key of [...others, ...mine]) tx.put(key, 1);
      });
      unwatch();
      await store.transaction((tx) => tx.put(mine[0]!, 2));
      assert.deepEqual(seen, mine);
    });

    test("what is read at once is what get gives, a transaction's own writes included", async () => {
      await store.transaction((tx) => tx.put(["read"], { list: [1] }));
      const seen = await store.transaction((tx) => {
        const found = tx.read<{ list: number[] }>(["read"])!;
        found.list.push(2);
        tx.put(["own"], "new");
        const own = tx.read(["own"]);
        tx.delete(["own"]);
        return [found, tx.read(["read"]), tx.read(["none"]), own, tx.read(["own"])];
      });
      assert.deepEqual(seen, [{ list: [1, 2] }, { list: [1] }, undefined, "new", undefined]);
    });

    test("a view is frozen and shared, and another one once its record was written", async () => {
      const view = () => store.transaction((tx) => tx.view<{ list: number[] }>(["view"]));
      await store.transaction((tx) => tx.put(["view"], { list: [1] }));
      const first = await view();
      assert.throws(() => first!.list.push(2), TypeError);
      assert.deepEqual(await view(), { list: [1] });
      assert.equal(await view(), first);
      const within = await store.transaction((tx) => {
        tx.put(["view"], { list: [2] });
        return tx.view(["view"]);
      });
      assert.deepEqual(within, { list: [2] });
      assert.deepEqual(await view(), { list: [2] });
      await store.transaction((tx) => tx.delete(["view"]));
      assert.equal(await view(), undefined);
      await store.transaction((tx) => tx.put(["view"], { list: [3] }));
      await view();
      await store.clear();
      assert.equal(await view(), undefined);
    });

    test("a count is the number of entries between two keys, a transaction's own writes included", async () => {
      await fill(Array.from({ length: 600 }, (_, index) => [["n", index], index]));
      const count = (from: Key, to: Key) => store.transaction((tx) => tx.count(from, to));
      assert.equal(await count(["n"], ["o"]), 600);
      assert.equal(await count(["n", 10], ["n", 20]), 10);
      assert.equal(await count(["n", 20], ["n", 10]), 0);
      await store.transaction((tx) => {
        for (let index = 0; index < 5; index++) tx.delete(["n", index]);
        tx.put(["n", 7], "again");
        tx.put(["n", 700], "new");
      });
      assert.equal(await count(["n"], ["o"]), 596);
      const within = await store.transaction((tx) => {
        tx.put(["n", 701], 1);
        tx.delete(["n", 599]);
        tx.delete(["n", 598]);
        return tx.count(["n", 590], ["o"]);
      });
      assert.equal(within, 10);
    });

    test("clear leaves nothing", async () => {
      await store.transaction((tx) => tx.put(["c"], 1));
      await store.clear();
      assert.deepEqual(await store.transaction((tx) => tx.range([])), []);
    });

    test("transactions at the same time act as if one ran after the other", async () => {
      await store.transaction((tx) => tx.put(["count"], 0));
      const increment = () =>
        store.transaction(async (tx) => {
          const count = (await tx.get<number>(["count"]))!;
          await tx.get(["other"]);
          tx.put(["count"], count + 1);
          return count;
        });
      const seen = await Promise.all(Array.from({ length: 200 }, increment));
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: 200 }, (_item, index) => index),
      );
    });

    test("any transactions give what a sorted list of rows would give", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(script, { maxLength: 12 }), async (scripts) => {
          await store.clear();
          const model = new Map<string, { key: Key; value: number }>();
          const outcomes = await Promise.all(
            scripts.map((steps) => outcomeOf(store.transaction((tx) => play(steps, tx)))),
          );
          for (const [index, steps] of scripts.entries()) {
            const copy = new Map(model);
            const expected = await outcomeOf(play(steps, modelTransaction(copy)));
            assert.deepEqual(outcomes[index], expected);
            if (typeof expected === "string") continue;
            model.clear();
            for (const [name, row] of copy) model.set(name, row);
          }
        }),
        { numRuns: 150 },
      );
    });
  });
}
