import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createMemoryStore } from "#store/memory.ts";
import { everywhere, objects, type ObjectRecord } from "../records.ts";
import { listObjects } from "./listing.ts";

const record = (deleteMarker: boolean): ObjectRecord => ({
  versionId: "null",
  sequence: 1,
  modifiedMs: 0,
  owner: "123456789012",
  sizeBytes: 0,
  etag: "",
  content: new Uint8Array(),
  ...(deleteMarker && { deleteMarker: true }),
});

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** All rows of a listing: keys, and common prefixes once each. */
function expected(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const rows = new Set<string>();
  for (const key of keys.toSorted(compare)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    rows.add(at < 0 ? key : `${key.slice(0, at + delimiter.length)}*`);
  }
  return [...rows];
}

test("pages together hold every key and common prefix once, in order", async () => {
  const name = fc.string({
    unit: fc.constantFrom("a", "b", "/", "é", "\u{1f600}", "\uffee"),
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 25 }),
      fc.uniqueArray(name, { maxLength: 5 }),
      fc.oneof(fc.constant(""), name),
      fc.constantFrom("", "/", "b", "a/"),
      fc.integer({ min: 1, max: 5 }),
      async (keys, hidden, prefix, delimiter, limit) => {
        const store = createMemoryStore();
        const shown = keys.filter((key) => !hidden.includes(key));
        await store.transaction((tx) => {
          for (const key of shown) objects.put(tx, everywhere, ["photos", key], record(false));
          for (const key of hidden) objects.put(tx, everywhere, ["photos", key], record(true));
          objects.put(tx, everywhere, ["photosx", "a"], record(false));
          objects.put(tx, everywhere, ["photo", "z"], record(false));
        });
        const found: string[] = [];
        let after: string | undefined = "";
        while (after !== undefined) {
          const from: string = after;
          const page = await store.transaction((tx) =>
            listObjects(tx, { bucket: "photos", prefix, delimiter, after: from, limit }),
          );
          const rows = [
            ...page.items.map(({ key }) => key),
            ...page.commonPrefixes.map((common) => `${common}*`),
          ].sort((a, b) => compare(a.replace(/\*$/, ""), b.replace(/\*$/, "")));
          assert.ok(rows.length <= limit);
          if (page.next !== undefined) assert.equal(rows.length, limit);
          found.push(...rows);
          after = page.next;
        }
        assert.deepEqual(found, expected(shown, prefix, delimiter));
      },
    ),
    // A key that is the prefix itself, at the end of a page.
    { numRuns: 300, examples: [[["/", "/a"], [], "/", "/", 1]] },
  );
});
