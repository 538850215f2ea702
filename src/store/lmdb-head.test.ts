/** Heads of ranges whose rows lie in the file, hidden by what memory has over them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { endOfTurn } from "#runtime/turn.ts";
import { openLmdbStore } from "./lmdb.ts";
import { findSegments } from "./replay.ts";
import type { Store } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "fogbank-head-"));
after(() => rmSync(directory, { recursive: true }));

const rows = 12;
const foldBytes = 5000;

async function firstRows(store: Store, limit: number): Promise<unknown[]> {
  const found = await store.transaction((tx) => tx.range<number>(["row"], { limit }));
  return found.map(({ key, value }) => [key[1], value]);
}

/** Writes so much that memory is folded into the file, and waits for it: the old journal goes at its end. */
async function fold(store: Store, path: string): Promise<void> {
  await store.transaction((tx) => tx.put(["other"], "x".repeat(foldBytes)));
  while (findSegments(path).length > 1) await endOfTurn();
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ put: fc.nat(rows - 1) }) },
  { weight: 5, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ fold: true }) },
);

test("a head from which rows are taken and to which they come back is read as a sorted list", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const options = { path: join(directory, String(run++)), durability: "process" } as const;
      const filled = await openLmdbStore(options);
      const model = new Map(Array.from({ length: rows }, (_, index) => [index, -1]));
      await filled.transaction((tx) => {
        for (const [index, value] of model) tx.put(["row", index], value);
      });
      // Whoever closes folds: all rows are in the file.
      await filled.close();
      const store = await openLmdbStore({ ...options, foldBytes });
      const expected = () => [...model].toSorted(([a], [b]) => a - b);
      for (const [count, each] of steps.entries()) {
        if ("fold" in each) await fold(store, options.path);
        else if ("put" in each) {
          await store.transaction((tx) => tx.put(["row", each.put], count));
          model.set(each.put, count);
        } else
          for (const [index] of expected().slice(0, each.take)) {
            await store.transaction((tx) => tx.delete(["row", index]));
            model.delete(index);
          }
        assert.deepEqual(await firstRows(store, 2), expected().slice(0, 2));
      }
      assert.deepEqual(await firstRows(store, rows), expected());
      await store.close();
    }),
    { numRuns: 40 },
  );
});
