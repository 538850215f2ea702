import assert from "node:assert/strict";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  appendFileSync,
  cpSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { StoreFailedError, StoreLockedError } from "./errors.ts";
import { openLmdbStore } from "./lmdb.ts";

const root = mkdtempSync(join(tmpdir(), "fogbank-damage-"));
after(() => rmSync(root, { recursive: true }));

/** A directory as kill -9 would leave it: three commits in the journal, nothing folded. */
async function abandoned(name: string): Promise<{ path: string; journal: string }> {
  const live = join(root, `${name}-live`);
  const path = join(root, name);
  const store = await openLmdbStore({ path: live, durability: "process" });
  for (const id of [1, 2, 3]) await store.transaction((tx) => tx.put(["n", id], id));
  cpSync(live, path, { recursive: true });
  await store.close();
  return {
    path,
    journal: join(
      path,
      readdirSync(path).find((file) => file.startsWith("journal"))!,
    ),
  };
}

async function valuesIn(path: string): Promise<unknown[]> {
  rmSync(join(path, "lock"), { force: true });
  const store = await openLmdbStore({ path, durability: "process" });
  const found = await store.transaction((tx) => tx.range(["n"]));
  const values = found.map((entry) => entry.value);
  await store.close();
  return values;
}

test("a journal that was left behind is read again, any number of times", async () => {
  const { path } = await abandoned("left");
  assert.deepEqual(await valuesIn(path), [1, 2, 3]);
  assert.deepEqual(await valuesIn(path), [1, 2, 3]);
});

test("a frame that was cut off at the end never happened", async () => {
  const { path, journal } = await abandoned("cut");
  const bytes = readFileSync(journal);
  writeFileSync(journal, bytes.subarray(0, bytes.length - 3));
  assert.deepEqual(await valuesIn(path), [1, 2]);
});

test("rubbish behind the last frame is passed over", async () => {
  const { path, journal } = await abandoned("rubbish");
  appendFileSync(journal, Buffer.from("\x09\0\0\0rubbish rubbish"));
  assert.deepEqual(await valuesIn(path), [1, 2, 3]);
});

test("a damaged frame in the middle is an error, not a gap", async () => {
  const { path, journal } = await abandoned("damaged");
  const bytes = readFileSync(journal);
  bytes[12]! ^= 1;
  writeFileSync(journal, bytes);
  await assert.rejects(valuesIn(path), (error: Error) => {
    assert.ok(error instanceof StoreFailedError);
    assert.match(error.message, /is damaged at byte 0/);
    return true;
  });
});

test("a file that is no LMDB file, or half of one, is a clear error, and the directory is free again", async () => {
  const path = join(root, "no-lmdb");
  for (const id of [1, 2]) {
    const store = await openLmdbStore({ path, durability: "process" });
    await store.transaction((tx) => tx.put(["large", id], new Uint8Array(100_000)));
    await store.close();
  }
  const file = join(path, "data.mdb");
  const whole = readFileSync(file);
  const damaged: [Buffer, RegExp][] = [
    [Buffer.alloc(50_000, "x"), /data\.mdb cannot be opened: it is no LMDB file/],
    [whole.subarray(0, 1000), /it is cut off/],
    [whole.subarray(0, 20_000), /it is cut off at byte 20000/],
  ];
  for (const [bytes, message] of damaged) {
    writeFileSync(file, bytes);
    await assert.rejects(openLmdbStore({ path, durability: "process" }), (error: Error) => {
      assert.ok(error instanceof StoreFailedError);
      assert.match(error.message, message);
      return true;
    });
  }
  writeFileSync(file, whole);
  await (await openLmdbStore({ path, durability: "process" })).close();
});

test("a directory is open in one process, and a lock whose process is gone is taken over", async () => {
  const path = join(root, "locked");
  const store = await openLmdbStore({ path, durability: "process" });
  await assert.rejects(openLmdbStore({ path, durability: "process" }), (error: Error) => {
    assert.ok(error instanceof StoreLockedError);
    assert.match(error.message, new RegExp(`in use by process ${process.pid}`));
    return true;
  });
  await store.close();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  for (const stale of [
    JSON.stringify({ pid, born: "x" }),
    JSON.stringify({ pid: process.pid, born: "an earlier boot" }),
    "",
  ]) {
    writeFileSync(join(path, "lock"), stale);
    await (await openLmdbStore({ path, durability: "process" })).close();
  }
});

test("more than a hundred megabytes fit, and the journal does not grow with them", async () => {
  const path = join(root, "large");
  const store = await openLmdbStore({ path, durability: "process" });
  const value = new Uint8Array(1 << 20).fill(7);
  for (let index = 0; index < 120; index++)
    await store.transaction((tx) => tx.put(["large", index], value));
  const found = await store.transaction((tx) =>
    tx.range<Uint8Array>(["large"], { after: ["large", 100] }),
  );
  assert.equal(found.length, 19);
  assert.equal(found[0]!.value.length, 1 << 20);
  await store.close();
  assert.deepEqual(readdirSync(path).filter((name) => name.startsWith("journal")).length, 1);
});
