import assert from "node:assert/strict";
import { test } from "node:test";
import { buffer } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";
import { zip } from "./zip.ts";

test("files come out as they went in, with their modes", async () => {
  const bytes = zip(
    { "index.mjs": "export const a = 1;", "lib/run": new Uint8Array([1, 2]) },
    { "lib/run": 0o100755 },
  );
  const found: unknown[] = [];
  const file = await fromBufferPromise(Buffer.from(bytes));
  for await (const entry of file.eachEntry()) {
    const content = await buffer(await file.openReadStreamPromise(entry));
    const mode = (entry.externalFileAttributes >>> 16).toString(8);
    found.push([entry.fileName, mode, content.toString("latin1")]);
  }
  assert.deepEqual(found, [
    ["index.mjs", "100644", "export const a = 1;"],
    ["lib/run", "100755", "\x01\x02"],
  ]);
});

test("the same files are the same bytes, whenever they are packed", () => {
  assert.deepEqual(zip({ a: "b" }), zip({ a: "b" }));
});
